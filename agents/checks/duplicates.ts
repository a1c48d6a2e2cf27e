/** Code that stands in two places, by the repository's own jscpd and against its own threshold. */
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { isMedia } from './fixable-path.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'jscpd',
  tool: 'jscpd',
  config: /^\.jscpd\.json$/,
  packageKey: 'jscpd',
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: ['-g', '--gitignore', '--no-gitignore', '--ignoreCase', '--skipLocal', '--skipComments'],
    keepWithValue: [
      ...['-l', '--min-lines', '-k', '--min-tokens', '-x', '--max-lines', '-z', '--max-size', '-t', '--threshold', '-c', '--config'],
      ...['-i', '--ignore', '--ignore-pattern', '-m', '--mode', '-f', '--format', '-p', '--pattern', '--formats-exts', '--formats-names'],
    ],
    dropWithValue: ['-r', '--reporters', '-o', '--output', '--store', '--store-path', '--exitCode'],
  },
};

/** Pairs of files that are told by themselves; the others are a number. */
const MOST_PAIRS = 30;

/** The check `duplicates`. */
export const duplicates: Check = {
  id: 'duplicates',
  title: 'Duplicated code',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path)),
  inspect: (context) => inspectRoots(context, { id: 'duplicates', setup }, (call) => inspectRoot(call, context)),
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  await using folder = await makeTemporaryFolder();
  const targets = call.invocation.targets.filter((target) => target !== '.');
  // Before version 5 it follows links, which lead out of the tree.
  const links = Number.parseInt(call.tool.version, 10) < 5 ? ['--noSymlinks'] : [];
  const fixed = ['--reporters', 'json', '--output', folder.path, '--silent', ...links];
  const args = [...fixed, ...call.invocation.flags, ...(targets.length === 0 ? [] : ['--', ...targets])];
  const reportFile = join(folder.path, 'jscpd-report.json');
  const result = await context.runTool({ ...toolCall(call, args), reportFile });
  const read = readResult(result);
  const where = { call, context };
  const drafts = 'failure' in read ? [] : [...(await overThreshold(result, read, where)), ...clonesByPair(read.duplicates, where)];
  return {
    drafts,
    command: rootLine(context, call, { tool: 'jscpd', drafts: [] }),
    log: 'failure' in read ? result.stdout + result.stderr : '',
    failure: 'failure' in read ? read.failure : null,
  };
}

interface ClonePart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface Clone {
  readonly lines: number;
  readonly firstFile: ClonePart;
  readonly secondFile: ClonePart;
}

interface JscpdReport {
  readonly duplicates: readonly Clone[];
  readonly statistics?: { readonly total?: { readonly sources?: number; readonly percentage?: number } };
}

const OVER_THRESHOLD = /too many duplicates \(([\d.]+)\s*%\) over threshold \(([\d.]+)\s*%\)/;

function readResult(result: ToolResult): JscpdReport | { readonly failure: PartFailure } {
  const failure = failureOf(result, 'jscpd');
  if (failure !== null) return { failure };
  const report = parsed(result.report ?? '');
  const hasReport = (result.report ?? null) !== null;
  if (report === null) {
    if (result.exitCode !== 0) return { failure: otherEnd(result.stderr + result.stdout) };
    // Where it finds no file it writes no report.
    return { failure: hasReport ? nonsenseOf(result.stderr, 'jscpd') : readNothing() };
  }
  if (report.statistics?.total?.sources === 0) return { failure: readNothing() };
  // A repository may choose any exit code for clones.
  return result.exitCode !== 0 && report.duplicates.length === 0 ? { failure: unnamedError(result, 'jscpd') } : report;
}

function otherEnd(said: string): PartFailure {
  const platform = /Platform package "([^"]+)" not installed/.exec(said)?.[1];
  if (platform !== undefined)
    return {
      reason: 'dependencies-missing',
      hint: `jscpd needs ${platform}, which is not installed: install the dependencies, or use --install.`,
    };
  if (/\.jscpd\.json/.test(said)) return { reason: 'configuration', hint: `jscpd cannot use its configuration: ${firstLine(said)}` };
  return crashOf(said, 'jscpd');
}

function readNothing(): PartFailure {
  return { reason: 'nothing-read', hint: 'jscpd read no file at all: look at its ignores, its formats and the paths in the scripts.' };
}

function parsed(text: string): JscpdReport | null {
  try {
    const json = JSON.parse(text) as Partial<JscpdReport> | null;
    const isWhole =
      Array.isArray(json?.duplicates) &&
      json.duplicates.every(
        (each: Partial<Clone> | null) => typeof each?.firstFile?.name === 'string' && typeof each.secondFile?.name === 'string',
      );
    return isWhole ? (json as JscpdReport) : null;
  } catch {
    return null;
  }
}

interface Where {
  readonly call: RootCall;
  readonly context: CheckContext;
}

/** By its words, or where it has others by what it was given. */
async function overThreshold(result: ToolResult, { statistics }: JscpdReport, where: Where): Promise<FindingDraft[]> {
  const { root } = where.call;
  const [, said, limit] = OVER_THRESHOLD.exec(result.stderr + result.stdout) ?? [];
  const percent = said === undefined ? statistics?.total?.percentage : Number(said);
  const threshold = limit === undefined ? await thresholdOf(where) : Number(limit);
  if (percent === undefined || threshold === null || percent <= threshold || result.exitCode === 0) return [];
  const message = `${percent} % of the lines are duplicated, above the threshold of ${threshold} %.`;
  const path = root.evidence.replace(/^the scripts of /, '');
  return [{ path, rule: 'threshold', severity: 'error', message, identity: 'threshold' }];
}

/** The threshold of the script, else of the configuration. */
async function thresholdOf({ call, context }: Where): Promise<number | null> {
  const words = call.invocation.flags.flatMap((flag) => flag.split('='));
  const at = words.findIndex((word) => word === '-t' || word === '--threshold');
  if (at !== -1) return Number(words[at + 1]);
  const { evidence } = call.root;
  const manifest = context.project.packages.find(({ path }) => path === evidence);
  const config = manifest === undefined ? parsedConfig(await context.project.read(evidence)) : manifest.json['jscpd'];
  const threshold = (config as { threshold?: unknown } | null | undefined)?.threshold;
  return typeof threshold === 'number' ? threshold : null;
}

function parsedConfig(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/** One warning for two files, however many parts they share, at the first of the longest. */
function clonesByPair(clones: readonly Clone[], { call, context }: Where): FindingDraft[] {
  const pathOf = repositoryPaths(context.root);
  const placed = clones.flatMap(({ lines, firstFile, secondFile }) => {
    const parts = [firstFile, secondFile]
      .map(({ name, start, end }) => ({ path: pathOf(call.cwd, name) ?? '', start, end }))
      .sort((a, b) => (a.path === b.path ? a.start - b.start : a.path < b.path ? -1 : 1));
    const [first, second] = parts;
    if (first === undefined || second === undefined || !parts.every(({ path }) => context.project.has(path))) return [];
    return [{ lines, first, second }];
  });
  const pairs = [...Map.groupBy(placed, ({ first, second }) => `${first.path}\0${second.path}`).values()].map((shared) => ({
    longest: shared.toSorted((a, b) => b.lines - a.lines || a.first.start - b.first.start)[0],
    more: shared.length - 1,
    lines: shared.reduce((sum, { lines }) => sum + lines, 0),
  }));
  pairs.sort((a, b) => b.lines - a.lines);
  const left = pairs.length - MOST_PAIRS;
  return pairs.slice(0, MOST_PAIRS).flatMap(({ longest, more }, index): FindingDraft[] => {
    if (longest === undefined) return [];
    const { first, second } = longest;
    const same = `Lines ${first.start} to ${first.end} stand in ${second.path === first.path ? 'the same file' : second.path} again, lines ${second.start} to ${second.end}`;
    const others = more === 0 ? '' : `; ${more} more ${more === 1 ? 'part of these files is' : 'parts of these files are'} alike`;
    const unnamed = index === MOST_PAIRS - 1 && left > 0 ? ` (${left} more pairs of files share code)` : '';
    return [
      {
        ...{ path: first.path, line: first.start, rule: 'clone', severity: 'warning' },
        message: plainMessage(`${same}${others}.${unnamed}`),
        identity: `${first.path} ${second.path}`,
      },
    ];
  });
}
