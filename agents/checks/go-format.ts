/** The format of Go, by gofmt where the machine has it. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { crashOf, failureOf } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { isFixablePath } from './fixable-path.ts';
import { detectGo, goFiles } from './run-go.ts';
import { repositoryPaths } from './source-lines.ts';
import { safeOperand } from './tool-line.ts';

/** The check `go-format`. */
export const goFormat: Check = {
  id: 'go-format',
  title: 'gofmt',
  machineTools: ['gofmt'],
  detect: async (project) => detectGo(project, 'bundled', (path) => /(\.go|(^|\/)go\.mod)$/.test(path)),
  inspect,
  fixer: {
    order: 90,
    async fix(context) {
      for (const batch of batchArguments(context.files.filter((path) => path.endsWith('.go')).map(safeOperand))) {
        const result = await context.runTool({ argv: ['gofmt', '-w', ...batch], cwd: context.root });
        const failure = failureOf(result, 'gofmt');
        if (failure !== null) return { outcome: 'errored', command: null, log: result.stderr, ...failure };
      }
      return { outcome: 'done', reason: null, command: 'gofmt -w .', log: '' };
    },
  },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const pathOf = repositoryPaths(context.root);
  const drafts: FindingDraft[] = [];
  for (const batch of batchArguments(goFiles(context.project).map(safeOperand))) {
    const result = await context.runTool({ argv: ['gofmt', '-l', ...batch], cwd: context.root });
    if (result.end === 'not-found')
      return reportSkipped('tool-missing', 'gofmt is not on this machine: install Go, and put it on the PATH.');
    const broken = [...result.stderr.matchAll(/^(.+?\.go):(\d+):(\d+): (.+)$/gm)].flatMap(([, file = '', line, column, message = '']) => {
      const path = pathOf(context.root, file);
      const place = { path, line: Number(line), column: Number(column) };
      return path === null ? [] : [{ ...place, rule: 'parse-error', severity: 'error' as const, message: plainMessage(message) }];
    });
    const failure = failureOf(result, 'gofmt') ?? (result.exitCode === 0 || broken.length > 0 ? null : crashOf(result.stderr, 'gofmt'));
    if (failure !== null) return reportErrored(failure, { log: result.stderr });
    const files = result.stdout.split('\n').flatMap((file) => pathOf(context.root, file.trim()) ?? []);
    const isUnformatted = files.filter((path) => context.project.has(path) && isFixablePath(path));
    drafts.push(
      ...broken,
      ...isUnformatted.map((path): FindingDraft => ({
        ...{ path, line: null, rule: 'unformatted', severity: context.bundledSeverity, identity: path },
        ...{ message: 'The file is not formatted as gofmt does it.', fixable: true },
      })),
    );
  }
  return reportFindings({ id: 'go-format', context }, drafts, { command: 'gofmt -l .' });
}
