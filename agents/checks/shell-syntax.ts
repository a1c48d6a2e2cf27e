/** Scripts for sh and bash parse. bash reads them and runs nothing of them. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { failureOf } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { isShellName, maybeShell, shellFiles } from './shell-files.ts';

/** One call for many files, each read by itself; $1 and on are the files. */
const READ_EACH = 'for file; do bash -n "$file"; done; exit 0';
const PROBLEM = /^\.\/(?<path>[^\n]+?): line (?<line>\d+): (?<message>[^\n]+)$/gm;

/** The check `shell-syntax`. What no shell can read is an error whoever looks at it. */
export const shellSyntax: Check = {
  id: 'shell-syntax',
  title: 'Shell syntax',
  detect: async (project) => {
    const named = project.files.filter(isShellName);
    if (named.length === 0 && !project.files.some(maybeShell)) return { applies: false, why: 'there is no script for sh or bash' };
    return {
      applies: true,
      why: named.length === 0 ? 'files that may be scripts, read by bash -n' : `${named.length} scripts, read by bash -n`,
      origin: 'bundled',
      needsDependencies: false,
      reads: maybeShell,
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const files = shellFiles(context.root, context.files);
  if (files.length === 0) return reportSkipped('not-applicable', 'No file is a script for sh or bash.');
  const drafts: FindingDraft[] = [];
  for (const batch of batchArguments(files.map((path) => `./${path}`))) {
    const result = await context.runTool({ argv: ['bash', '-c', READ_EACH, 'bash', ...batch], cwd: context.root, env: { LC_ALL: 'C' } });
    if (result.end === 'not-found') return reportSkipped('tool-missing', 'bash is not on this machine.');
    const failure = failureOf(result, 'bash');
    if (failure !== null) return reportErrored(failure, { log: result.stderr });
    drafts.push(...draftsOf(result, new Set(files)));
  }
  const command = drafts.length === 0 ? null : `bash -n ${drafts[0]?.path ?? ''}`;
  return reportFindings({ id: 'shell-syntax', context }, drafts, { command });
}

/** The first problem of each file: those behind it follow from it. */
function draftsOf({ stderr }: ToolResult, files: ReadonlySet<string>): FindingDraft[] {
  const told = new Set<string>();
  return [...stderr.matchAll(PROBLEM)].flatMap(({ groups = {} }): FindingDraft[] => {
    const { path = '', line = '', message = '' } = groups;
    if (!files.has(path) || told.has(path)) return [];
    told.add(path);
    const isWarning = message.startsWith('warning:');
    return [
      {
        path,
        line: Number(line),
        rule: isWarning ? 'shell-warning' : 'shell-syntax',
        severity: isWarning ? 'warning' : 'error',
        message: plainMessage(message.replace(/^warning: /, '')),
      },
    ];
  });
}
