/** How much of the code has a type other than `any`, by the repository's own type-coverage and against its own threshold. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'type-coverage',
  tool: 'type-coverage',
  config: /^$/,
  packageKey: 'typeCoverage',
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: [
      ...['--strict', '--ignore-catch', '--ignore-unread', '--ignore-nested', '--ignore-as-assertion', '--ignore-type-assertion'],
      ...['--ignore-non-null-assertion', '--ignore-object', '--ignore-empty-type', '--not-only-in-cwd', '--report-semantic-error'],
    ],
    keepWithValue: ['-p', '--project', '--at-least', '--is', '--ignore-files'],
    dropWithValue: ['--history-file', '--cache-directory'],
  },
};

const READS = /\.([cm]?[jt]sx?|jsonc?)$|(^|\/)(pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/;
const MOST_NAMED = 5;

/** The check `type-coverage`. */
export const typeCoverage: Check = {
  id: 'type-coverage',
  title: 'Type coverage',
  // Its configuration may have it write a better figure, a history and a cache.
  writes: true,
  detect: async (project) => detectRoots(project, setup, (path) => READS.test(path)),
  inspect: async (context) => {
    const figures: string[] = [];
    const report = await inspectRoots(context, { id: 'type-coverage', setup }, (call) => inspectRoot(call, context, figures));
    return report.outcome === 'passed' ? { ...report, hint: figures.sort().join(' ') } : report;
  },
};

async function inspectRoot(call: RootCall, context: CheckContext, figures: string[]): Promise<CheckPart> {
  const result = await context.runTool(toolCall(call, ['--json-output', ...call.invocation.flags]));
  const command = rootLine(context, call, { tool: 'type-coverage', args: ['--detail'], drafts: [] });
  const read = readResult(result);
  if ('failure' in read) return { drafts: [], command, log: result.stdout + result.stderr, failure: read.failure };
  const { measured } = read;
  const drafts = measured.succeeded ? [] : [belowThreshold(measured, { call, context })];
  const threshold = measured.atLeast === undefined ? '' : `, and at least ${measured.atLeast} % are asked for`;
  figures.push(`Type coverage${call.root.dir === '' ? '' : ` of ${call.root.dir}`} is ${measured.percentString} %${threshold}.`);
  return { drafts, command, log: drafts.map(({ message }) => message).join('\n'), failure: null };
}

interface Measured {
  readonly succeeded: boolean;
  readonly percentString: string;
  readonly correctCount: number;
  readonly totalCount: number;
  readonly atLeast?: number;
  readonly atLeastFailed?: boolean;
  readonly is?: number;
  readonly isFailed?: boolean;
  /** Lines and characters are 0-based. */
  readonly details?: readonly { readonly filePath: string; readonly line: number }[];
}

function readResult(result: ToolResult): { readonly measured: Measured } | { readonly failure: PartFailure } {
  const failure = failureOf(result, 'type-coverage');
  if (failure !== null) return { failure };
  const json = parsed(result.stdout);
  if (json === null)
    return {
      failure: result.exitCode === 0 ? nonsenseOf(result.stderr, 'type-coverage') : crashOf(result.stderr + result.stdout, 'type-coverage'),
    };
  const { totalCount, percentString, succeeded, error } = json;
  if (typeof totalCount !== 'number' || typeof percentString !== 'string') return { failure: noMeasure(error ?? result.stderr) };
  if (totalCount === 0)
    return { failure: { reason: 'nothing-read', hint: 'type-coverage read no file at all: look at the tsconfig that it is given.' } };
  const isBelow = json.atLeastFailed === true || json.isFailed === true;
  return succeeded === true || isBelow
    ? { measured: { ...json, totalCount, percentString, succeeded: !isBelow } as Measured }
    : { failure: noMeasure(error ?? '') };
}

/** What it says instead of a figure. */
function noMeasure(said: string): PartFailure {
  const isAboutSetup = /TypeScript compiler API|'?project'? should be|tsconfig|config/i.test(said);
  return isAboutSetup
    ? { reason: 'configuration', hint: `type-coverage cannot measure: ${firstLine(said)}` }
    : crashOf(said, 'type-coverage');
}

function parsed(text: string): (Partial<Measured> & { readonly error?: string }) | null {
  try {
    const json = JSON.parse(text) as Partial<Measured> | null;
    return typeof json?.succeeded === 'boolean' ? json : null;
  } catch {
    return null;
  }
}

function belowThreshold(measured: Measured, { call, context }: { readonly call: RootCall; readonly context: CheckContext }): FindingDraft {
  const { percentString, totalCount, correctCount, atLeast, is, details = [] } = measured;
  const pathOf = repositoryPaths(context.root);
  const places = details.flatMap(({ filePath, line }) => {
    const path = pathOf(call.cwd, filePath);
    return path === null || !context.project.has(path) ? [] : [`${path}:${line + 1}`];
  });
  const named = [...new Set(places)].slice(0, MOST_NAMED).join(', ');
  const wanted = atLeast === undefined ? `not the ${is} % that are asked for` : `below the threshold of ${atLeast} %`;
  const evidence = context.project.packages.find(({ dir }) => dir === call.root.dir)?.path ?? null;
  return {
    path: evidence,
    rule: 'threshold',
    severity: 'error',
    message: plainMessage(
      `type coverage is ${percentString} %, ${wanted}: ${totalCount - correctCount} of ${totalCount} names are any${named === '' ? '.' : `, the first of them in ${named}.`}`,
    ),
    identity: `threshold ${call.invocation.flags.join(' ')}`,
  };
}
