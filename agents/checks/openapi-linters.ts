/** Documents of OpenAPI by the repository's own Redocly CLI and Spectral, with their rules and severities. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { commandsIn } from '../tools/script-commands.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { apiDocuments, isDataName, readApiFile } from './openapi-files.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';
import { safeOperand } from './tool-line.ts';
import { findToolRoots, isInside } from './tool-setup.ts';
import type { ToolRoot, ToolSetup } from './tool-setup.ts';

/** A problem as both of them can be read; lines and columns are 1-based. */
interface Problem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Where it stands, of versions that give no line. */
  readonly pointer: string;
  readonly rule: string;
  readonly isError: boolean;
  readonly message: string;
}

type Reading = { readonly problems: readonly Problem[] } | { readonly failure: PartFailure };

interface ApiLinter {
  readonly setup: ToolSetup;
  readonly title: string;
  readonly args: readonly string[];
  /** Marks in its configuration that it has rules to go by. */
  readonly asks: RegExp;
  /** Marks in its configuration that it knows by itself what to read. */
  readonly names: RegExp;
  read(result: ToolResult, call: RootCall): Reading;
}

const REDOCLY: ApiLinter = {
  setup: {
    packageName: '@redocly/cli',
    tool: 'redocly',
    config: /^\.?redocly\.ya?ml$/,
    packageKey: null,
    worksWithoutConfig: true,
    nested: 'separate',
    options: {
      keepFlags: [],
      keepWithValue: ['--config', '--extends', '--skip-rule', '--skip-preprocessor', '--skip-decorator', '--lint-config'],
      dropWithValue: ['--format', '--max-problems', '-o', '--output', '--ext', '--template', '-t', '--theme.openapi'],
    },
  },
  title: 'Redocly CLI',
  args: ['lint', '--format=json', '--max-problems=1000'],
  // One that only says how documentation looks is no wish to be linted.
  asks: /^(rules|extends|lint|styleguide):/m,
  names: /^apis:/m,
  read: readRedocly,
};

const SPECTRAL: ApiLinter = {
  setup: {
    packageName: '@stoplight/spectral-cli',
    tool: 'spectral',
    config: /^\.spectral\.(ya?ml|json|[cm]?js|ts)$/,
    packageKey: null,
    worksWithoutConfig: true,
    nested: 'separate',
    options: {
      keepFlags: ['--ignore-unknown-format'],
      keepWithValue: ['-r', '--ruleset', '-e', '--encoding', '--resolver', '-F', '--fail-severity'],
      dropWithValue: ['-f', '--format', '-o', '--output', '--stdin-filepath'],
    },
  },
  title: 'Spectral',
  args: ['lint', '--format=json', '--quiet'],
  asks: /./,
  names: /(?!)/,
  read: readSpectral,
};

/** The check `redocly`. */
export const redocly: Check = linterCheck(REDOCLY);
/** The check `spectral`. */
export const spectral: Check = linterCheck(SPECTRAL);

/** The linter that the repository has set up for its documents, or null. */
export async function ownApiLinter(project: Project): Promise<string | null> {
  for (const linter of [REDOCLY, SPECTRAL]) if ((await askedRoots(project, linter)).length > 0) return linter.title;
  return null;
}

function linterCheck(linter: ApiLinter): Check {
  const id = linter.setup.tool;
  return {
    id,
    title: linter.title,
    async detect(project) {
      const detection = detectRoots(project, linter.setup, (path) => isDataName(path) || /\.([cm]?[jt]s|mdx?)$/.test(path));
      if (!detection.applies || (await askedRoots(project, linter)).length > 0) return detection;
      return { applies: false, why: `neither a script nor the configuration asks ${id} to lint` };
    },
    async inspect(context) {
      const asked = await askedRoots(context.project, linter);
      return inspectRoots(context, { id, setup: linter.setup }, async (call) =>
        asked.some(({ dir }) => dir === call.root.dir)
          ? inspectRoot(call, context, linter)
          : { drafts: [], command: null, log: '', failure: null },
      );
    },
  };
}

/** The folders where a script calls it to lint, or the configuration has rules. */
async function askedRoots(project: Project, { setup, asks }: ApiLinter): Promise<ToolRoot[]> {
  const roots = findToolRoots(project, setup).roots ?? [];
  const asked = await Promise.all(
    roots.map(async ({ dir, evidence }) => {
      const scripts = Object.values(project.packages.find((manifest) => manifest.dir === dir)?.scripts ?? {});
      const isCalled = scripts.flatMap(commandsIn).some(({ tool, args }) => tool === setup.tool && args.includes('lint'));
      return isCalled || (project.has(evidence) && asks.test((await project.read(evidence)) ?? ''));
    }),
  );
  return roots.filter((_root, index) => asked[index]);
}

async function inspectRoot(call: RootCall, context: CheckContext, linter: ApiLinter): Promise<CheckPart> {
  const id = linter.setup.tool;
  const documents = await documentsOf(call, context, linter);
  if (documents === null) return { drafts: [], command: null, log: '', failure: readNothing(id) };
  const args = [...linter.args, ...call.invocation.flags, ...documents.map(safeOperand)];
  const env = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const tool = toolCall(call, args);
  const result = await context.runTool({ ...tool, env: { ...tool.env, ...env } });
  const read = linter.read(result, call);
  const drafts = 'problems' in read ? await draftsOf(read.problems, { call, context }) : [];
  const command = rootLine(
    context,
    { ...call, invocation: { ...call.invocation, targets: documents } },
    { tool: id, args: ['lint'], drafts: [] },
  );
  return { drafts, command, log: 'failure' in read ? result.stderr : '', failure: 'failure' in read ? read.failure : null };
}

/** What it is given to read: what the scripts name, what its configuration names, else the documents of its folder. */
async function documentsOf(
  { root, invocation }: RootCall,
  { project }: CheckContext,
  { names }: ApiLinter,
): Promise<readonly string[] | null> {
  if (!invocation.targets.includes('.')) return invocation.targets;
  if (project.has(root.evidence) && names.test((await project.read(root.evidence)) ?? '')) return [];
  const documents = (await apiDocuments(project)).filter(
    (path) => isInside(root.dir, path) && !root.nested.some((dir) => isInside(posix.join(root.dir, dir), path)),
  );
  return documents.length === 0 ? null : documents.map((path) => posix.relative(root.dir, path));
}

function readNothing(tool: string): PartFailure {
  return { reason: 'nothing-read', hint: `${tool} read no document at all: look at the paths of its script and of its configuration.` };
}

function readRedocly(result: ToolResult): Reading {
  const ended = failureOf(result, 'redocly');
  if (ended !== null) return { failure: ended };
  const report = jsonIn(result.stdout) as { problems?: readonly RedoclyProblem[]; totals?: unknown } | null;
  if (!Array.isArray(report?.problems)) {
    // It ends at the first document that it cannot parse.
    const [, file, message = '', line, column] = UNPARSED.exec(result.stderr) ?? [];
    if (file === undefined) return { failure: otherEnd(result, 'redocly') };
    const place = { line: Number(line), column: Number(column), pointer: '' };
    return { problems: [{ file, ...place, rule: 'syntax', isError: true, message }] };
  }
  const problems = (report.problems as readonly RedoclyProblem[]).map(({ ruleId, severity, message, location: [place] = [] }): Problem => {
    const { start, pointer = '' } = place ?? {};
    const at = { line: start?.line ?? null, column: start?.col ?? null, pointer };
    return { file: place?.source?.ref ?? '', ...at, rule: ruleId ?? 'problem', isError: severity === 'error', message: message ?? '' };
  });
  return result.exitCode !== 0 && problems.length === 0 ? { failure: unnamedError(result, 'redocly') } : { problems };
}

const UNPARSED = /Failed to parse API description at (.+):\s*-?\s*(.+?) in ".*" \((\d+):(\d+)\)/;

interface RedoclyProblem {
  readonly ruleId?: string;
  readonly severity?: string;
  readonly message?: string;
  readonly location?: readonly { source?: { ref?: string }; pointer?: string; start?: { line: number; col: number } }[];
}

const LEVELS = ['error', 'warn', 'info', 'hint'];

function readSpectral(result: ToolResult, { invocation: { flags } }: RootCall): Reading {
  const ended = failureOf(result, 'spectral');
  if (ended !== null) return { failure: ended };
  const list = jsonIn(result.stdout);
  if (!Array.isArray(list)) return { failure: otherEnd(result, 'spectral') };
  // Where warnings fail the repository's own call they are errors.
  const words = flags.flatMap((flag) => flag.split('='));
  const at = words.findIndex((word) => word === '-F' || word === '--fail-severity');
  const failing = Math.max(0, LEVELS.indexOf(words[at + 1] ?? 'error'));
  const problems = (list as readonly SpectralProblem[]).flatMap(({ code, message, severity = 1, source, range }): Problem[] => {
    // Hints are no findings, unless they make it fail.
    if (severity > Math.max(1, failing)) return [];
    const place = { line: (range?.start.line ?? 0) + 1, column: (range?.start.character ?? 0) + 1, pointer: '' };
    return [{ file: source ?? '', ...place, rule: String(code), isError: severity <= (at === -1 ? 0 : failing), message: message ?? '' }];
  });
  return result.exitCode !== 0 && problems.length === 0 ? { failure: unnamedError(result, 'spectral') } : { problems };
}

interface SpectralProblem {
  readonly code?: string | number;
  readonly message?: string;
  readonly severity?: number;
  readonly source?: string;
  readonly range?: { readonly start: { readonly line: number; readonly character: number } };
}

function otherEnd(result: ToolResult, tool: string): PartFailure {
  const said = result.stderr + result.stdout;
  const crash = crashOf(said, tool);
  if (crash.reason === 'dependencies-missing') return crash;
  if (/\.spectral\.|(invalid|failed|error|not) .*(ruleset|config)|(ruleset|config).*(invalid|failed|error)/i.test(said))
    return { reason: 'configuration', hint: `${tool} cannot use its configuration: ${firstLine(said)}` };
  if (/No files found to lint|does not exist|No documents (found|provided)|Could not open|ENOENT/i.test(said)) return readNothing(tool);
  return result.exitCode === 0 ? nonsenseOf(result.stderr, tool) : crash;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function draftsOf(
  problems: readonly Problem[],
  { call, context }: { readonly call: RootCall; readonly context: CheckContext },
): Promise<FindingDraft[]> {
  const pathOf = repositoryPaths(context.root);
  const drafts: FindingDraft[] = [];
  for (const { file, line, column, pointer, rule, isError, message } of problems) {
    const path = pathOf(call.cwd, file);
    if (path === null || !context.project.has(path)) continue;
    const where = line === null ? { line: await lineOf(pointer, { path, root: context.root }) } : { line, column };
    drafts.push({
      path,
      ...where,
      rule,
      severity: isError ? 'error' : 'warning',
      message: plainMessage(message),
      identity: `${pointer} ${message}`,
    });
  }
  return drafts;
}

async function lineOf(pointer: string, { path, root }: { readonly path: string; readonly root: string }): Promise<number | null> {
  const file = await readApiFile(root, path);
  if (file === null || !('data' in file)) return null;
  const keys = pointer.split('/').slice(1);
  return file.lineOf(
    keys
      .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
      .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
  );
}
