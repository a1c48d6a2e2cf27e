/** ShellCheck over scripts for sh and bash, where the machine has it. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { failureOf, nonsenseOf } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { isShellName, maybeShell, shellFiles } from './shell-files.ts';
import { openSourceLines } from './source-lines.ts';

const CONFIG = /^\.?shellcheckrc$/;
/** What only a person can know is left out: files that are sourced, which shell a part of a script is for, and words that are programs too. */
const UNKNOWABLE = ['SC1090', 'SC1091', 'SC2148', 'SC2209'];

/** The check `shellcheck`. */
export const shellcheck: Check = {
  id: 'shellcheck',
  title: 'ShellCheck',
  machineTools: ['shellcheck'],
  detect: async (project) => {
    const named = project.files.filter(isShellName);
    if (named.length === 0) return { applies: false, why: 'there is no script for sh or bash' };
    const config = configOf(project);
    return {
      applies: true,
      why: config ?? `${named.length} scripts`,
      origin: config === null ? 'bundled' : 'repository',
      needsDependencies: false,
      reads: (path) => maybeShell(path) || CONFIG.test(posix.basename(path)),
    };
  },
  inspect,
};

/** One problem as ShellCheck tells it. */
interface Comment {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: 'error' | 'warning' | 'info' | 'style';
  readonly code: number;
  readonly message: string;
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const isOwn = configOf(context.project) !== null;
  const files = shellFiles(context.root, context.files);
  if (files.length === 0) return reportSkipped('not-applicable', 'No file is a script for sh or bash.');
  // A repository that set it up says itself what it wants to hear.
  const options = isOwn ? [] : ['--severity=warning', `--exclude=${UNKNOWABLE.join(',')}`];
  const comments: Comment[] = [];
  for (const batch of batchArguments(files)) {
    const result = await context.runTool({ argv: ['shellcheck', '--format=json1', ...options, '--', ...batch], cwd: context.root });
    if (result.end === 'not-found')
      return reportSkipped('tool-missing', 'shellcheck is not on this machine; only the syntax of scripts was looked at.');
    const failure = failureOf(result, 'shellcheck');
    if (failure !== null) return reportErrored(failure, { log: result.stderr });
    const told = commentsIn(result.stdout);
    // 1 means that there is something to tell.
    if (told === null || (result.exitCode ?? 2) > 1) return reportErrored(nonsenseOf(result.stderr, 'shellcheck'), { log: result.stderr });
    comments.push(...told);
  }
  const lines = openSourceLines(context.root);
  const known = new Set(files);
  const drafts = comments
    .filter(({ file, code }) => known.has(file) && !isSyntax(code))
    .map(({ file, line, column, level, code, message }): FindingDraft => {
      const identity = lines.lineOf(file, line);
      return {
        ...{ path: file, line, column },
        rule: `SC${code}`,
        severity: isOwn && level === 'error' ? 'error' : isOwn ? 'warning' : context.bundledSeverity,
        message: plainMessage(message),
        ...(identity === undefined ? {} : { identity }),
      };
    });
  const seen = [...new Set(drafts.map(({ path }) => path ?? ''))].slice(0, 5);
  return reportFindings({ id: 'shellcheck', context }, drafts, {
    command: seen.length === 0 ? null : ['shellcheck', ...options, ...seen].join(' '),
  });
}

/** What keeps it from reading a script, which the check of the syntax tells in its way. */
function isSyntax(code: number): boolean {
  return code >= 1000 && code < 2000;
}

function configOf(project: Project): string | null {
  return project.files.find((path) => !path.includes('/') && CONFIG.test(path)) ?? null;
}

function commentsIn(text: string): readonly Comment[] | null {
  try {
    const { comments } = JSON.parse(text) as { readonly comments?: readonly Partial<Comment>[] };
    const isComment = (one: Partial<Comment>): one is Comment =>
      typeof one.file === 'string' && typeof one.line === 'number' && typeof one.code === 'number' && typeof one.message === 'string';
    return comments?.every(isComment) === true ? comments : null;
  } catch {
    return null;
  }
}
