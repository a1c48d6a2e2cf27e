/** Spelling, by the repository's own CSpell with its own words, on the files that its script or its configuration names. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { commandsIn } from '../tools/script-commands.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia } from './fixable-path.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { findToolRoots } from './tool-setup.ts';
import type { ToolRoot, ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'cspell',
  tool: 'cspell',
  config: /^(\.?c[sS]pell(\.config)?\.(jsonc?|ya?ml|toml|[cm]?[jt]s)|cspell\.config\.[\w.]+)$/,
  packageKey: 'cspell',
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: ['--dot', '--gitignore', '--no-gitignore', '--no-config-search', '--no-default-configuration', '--no-must-find-files'],
    keepWithValue: [
      ...['-c', '--config', '-e', '--exclude', '-r', '--root', '--locale', '--language-id', '--gitignore-root', '--dictionary'],
      ...['--disable-dictionary', '--max-file-size', '--report', '--stop-config-search-at'],
    ],
    dropWithValue: ['--reporter', '--issue-template', '--cache-location', '--cache-strategy', '--file-list', '--file'],
  },
};

/** Words that are told by themselves; the others are a number. */
const MOST_WORDS = 50;
/** The earliest CSpell that can be told to print as it does without a reporter of the repository. */
const KNOWS_DEFAULT_REPORTER = 8;

/** The check `spelling`. */
export const spelling: Check = {
  id: 'spelling',
  title: 'Spelling',
  async detect(project) {
    const detection = detectRoots(project, setup, (path) => !isMedia(path) || path.endsWith('.gz'));
    if (!detection.applies) return detection;
    const named = await Promise.all((findToolRoots(project, setup).roots ?? []).map((root) => namesFiles(project, root)));
    if (named.includes(true)) return detection;
    return { applies: false, why: 'neither a script nor `files` of its configuration says what cspell would read' };
  },
  inspect: (context) => inspectRoots(context, { id: 'spelling', setup }, (call) => inspectRoot(call, context)),
};

async function namesFiles(project: Project, root: ToolRoot): Promise<boolean> {
  return isCalled(project, root) || (await configNamesFiles(project, root));
}

/** Whether a script of the folder's package calls it. */
function isCalled(project: Project, root: ToolRoot): boolean {
  const manifest = project.packages.find(({ dir }) => dir === root.dir);
  return Object.values(manifest?.scripts ?? {}).some((script) => commandsIn(script).some(({ tool }) => tool === 'cspell'));
}

async function configNamesFiles(project: Project, { evidence }: ToolRoot): Promise<boolean> {
  const manifest = project.packages.find(({ path }) => path === evidence);
  if (manifest !== undefined) return (manifest.json['cspell'] as { files?: unknown } | null | undefined)?.files !== undefined;
  return /(^|[\s{,])["']?files["']?\s*[:=]/.test((await project.read(evidence)) ?? '');
}

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const hasFiles = await configNamesFiles(context.project, call.root);
  // A folder whose configuration is only for an editor is nobody's wish to be read.
  if (!hasFiles && !isCalled(context.project, call.root)) return { drafts: [], command: null, log: '', failure: null };
  const targets = call.invocation.targets.filter((target) => target !== '.' || !hasFiles);
  const reporter = Number.parseInt(call.tool.version, 10) < KNOWS_DEFAULT_REPORTER ? [] : ['--reporter', 'default'];
  const fixed = ['lint', '--no-color', '--no-progress', '--no-cache', ...reporter];
  const result = await context.runTool(
    toolCall(call, [...fixed, ...call.invocation.flags, ...(targets.length === 0 ? [] : ['--', ...targets])]),
  );
  const { drafts, failure } = readResult(result, { call, context });
  const command = rootLine(context, call, { tool: 'cspell', drafts });
  return { drafts, command, log: failure === null ? '' : result.stderr, failure };
}

interface Where {
  readonly call: RootCall;
  readonly context: CheckContext;
}

interface Unknown {
  readonly word: string;
  readonly isForbidden: boolean;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const ISSUE = /^(.+?):(\d+):(\d+) - (Unknown|Forbidden|Misspelled)[^(]*\((.+?)\)/;
const SUMMARY = /CSpell: Files checked: (\d+)[^\n]*?(?:with (\d+) errors?)?\.?\s*$/m;

function readResult(result: ToolResult, where: Where): { readonly drafts: FindingDraft[]; readonly failure: PartFailure | null } {
  const ended = failureOf(result, 'cspell');
  if (ended !== null) return { drafts: [], failure: ended };
  const said = result.stderr + result.stdout;
  const refused = /^(?:Configuration )?Configuration (?:Loader )?Error: (.+)$/m.exec(said)?.[1];
  if (refused !== undefined)
    return { drafts: [], failure: { reason: 'configuration', hint: `cspell cannot use its configuration: ${refused}` } };
  const [summary, files, errors] = SUMMARY.exec(said) ?? [];
  if (/^Usage: cspell/m.test(said) || files === '0') {
    const isAllowed = where.call.invocation.flags.includes('--no-must-find-files');
    return { drafts: [], failure: isAllowed ? null : readNothing() };
  }
  const issues = result.stdout.split('\n').flatMap((line) => ISSUE.exec(line) ?? []).length > 0;
  if (result.exitCode !== 0 && !issues) return { drafts: [], failure: crashOf(said, 'cspell') };
  if (summary === undefined) return { drafts: [], failure: nonsenseOf(result.stderr, 'cspell') };
  if (errors !== undefined) return { drafts: wordDrafts(result.stdout, where), failure: crashOf(result.stderr, 'cspell') };
  return { drafts: wordDrafts(result.stdout, where), failure: null };
}

function readNothing(): PartFailure {
  return { reason: 'nothing-read', hint: 'cspell read no file at all: look at the paths of its script, its `files` and its ignores.' };
}

/** One warning for a word, at its first place, however often it stands there. */
function wordDrafts(stdout: string, where: Where): FindingDraft[] {
  const words = [...Map.groupBy(unknownIn(stdout, where), ({ word }) => word.toLowerCase())];
  const left = words.length - MOST_WORDS;
  return words.slice(0, MOST_WORDS).flatMap(([identity, [first, ...more]], index): FindingDraft[] => {
    if (first === undefined) return [];
    const { path, line, column, isForbidden } = first;
    const files = new Set(more.map((each) => each.path).filter((each) => each !== path)).size;
    const again = more.length === 0 ? '' : `, and ${more.length} more ${more.length === 1 ? 'time' : 'times'}${inFiles(files)}`;
    const unnamed = index === MOST_WORDS - 1 && left > 0 ? ` (${left} more words are not told here)` : '';
    const rule = isForbidden ? 'forbidden-word' : 'unknown-word';
    const what = isForbidden ? 'is a forbidden word' : 'is in no dictionary';
    return [{ path, line, column, rule, severity: 'warning', message: `“${first.word}” ${what}${again}.${unnamed}`, identity }];
  });
}

function inFiles(files: number): string {
  return files === 0 ? '' : `, also in ${files} other ${files === 1 ? 'file' : 'files'}`;
}

function unknownIn(stdout: string, { call, context }: Where): Unknown[] {
  const pathOf = repositoryPaths(context.root);
  const lines = openSourceLines(context.root);
  return stdout.split('\n').flatMap((text): Unknown[] => {
    const [, file = '', line, column, kind, word = ''] = ISSUE.exec(text) ?? [];
    const path = pathOf(call.cwd, file);
    if (kind === undefined || path === null || !context.project.has(path)) return [];
    const found = { word, isForbidden: kind === 'Forbidden', path, line: Number(line), column: Number(column) };
    return isWord(word) && !isPartOfKey(lines.lineOf(path, found.line) ?? '', word) ? [found] : [];
  });
}

/** Letters, as people write them: what else it may call a word could be part of something secret. */
function isWord(text: string): boolean {
  return /^\p{L}[\p{L}\p{M}'’-]{0,39}$/u.test(text);
}

/** Whether every time that it stands in the line it is a piece of a long string of letters and digits, as keys are. */
function isPartOfKey(line: string, word: string): boolean {
  const runs = line.split(/[^\p{L}\p{M}\p{N}+/=_'’-]+/u).filter((run) => run.includes(word));
  return runs.length > 0 && runs.every((run) => run.length >= 20 && /\d/.test(run) && !run.includes('/'));
}
