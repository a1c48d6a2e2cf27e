/** Asks the commands that a repository's packages declare for their help, in the worktree. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { PackageManifest, Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckContext } from './check.ts';
import { failureOf, firstLine } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { isInside } from './tool-setup.ts';
import { withoutNetwork } from './without-network.ts';

/** The help as lines of Markdown; what a person has to mend; or why nobody can tell here. */
export type HelpText = { readonly lines: readonly string[] } | { readonly problem: string } | { readonly unknown: string };

const WORD = /^[a-z0-9][\w.:@-]*$/i;
const TIMEOUT_MS = 30_000;
const MOST_LINES = 500;
/** Of what is imported and belongs to the repository itself, so that a build may be what is missing. */
const NOT_BUILT = /\b(?:ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find module)\b/;

/** Makes the function that asks a command (`agent run`) for its help, as seen from a Markdown file. Each is asked once. */
export function openHelp(context: CheckContext): (words: string, path: string) => Promise<HelpText> {
  const answers = new Map<string, Promise<HelpText>>();
  const builds = new Map<string, Promise<string | null>>();
  const build = (owner: PackageManifest): Promise<string | null> => once(builds, owner.path, () => buildPackage(context, owner));
  return async (words, path) => {
    const [name = '', ...subcommands] = words.split(/\s+/);
    if (![name, ...subcommands].every((word) => WORD.test(word)))
      return { problem: 'The marker names no command: expected are plain words, as in <!-- upkeep:cli-help my-command sub-command -->.' };
    const bin = findBin(context.project, name, path);
    if (bin === null) return { problem: noBin(context.project, name) };
    return once(answers, JSON.stringify([bin.owner.path, words]), async () => {
      const part = {
        name: JSON.stringify(['help', bin.owner.path, words]),
        reads: (one: string) => !one.endsWith('.md'),
        isGood: (help: HelpText) => 'lines' in help,
      };
      return context.remembered(part, () => askBin(context, { ...bin, words, subcommands, build }));
    });
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const asked = known.get(key) ?? make();
  known.set(key, asked);
  return asked;
}

interface Bin {
  readonly owner: PackageManifest;
  /** Repository-relative path of its script. */
  readonly script: string;
}

/** The command as the nearest package above a Markdown file declares it, else as any package of the workspace does. */
function findBin(project: Project, name: string, path: string): Bin | null {
  const owners = project.workspaces.filter((manifest) => Object.hasOwn(binsOf(manifest), name));
  const above = owners.filter(({ dir }) => isInside(dir, path)).sort((a, b) => b.dir.length - a.dir.length);
  const owner = above[0] ?? owners[0];
  const script = owner === undefined ? undefined : binsOf(owner)[name];
  if (owner === undefined || script === undefined) return null;
  const full = posix.normalize(posix.join(owner.dir, script));
  return full.startsWith('..') || posix.isAbsolute(script) || !isInside(owner.dir, full) ? null : { owner, script: full };
}

function binsOf({ json, name }: PackageManifest): Readonly<Record<string, string>> {
  const { bin } = json;
  if (typeof bin === 'string') return name === null ? {} : { [name.split('/').pop() ?? name]: bin };
  if (typeof bin !== 'object' || bin === null) return {};
  return Object.fromEntries(Object.entries(bin).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function noBin(project: Project, name: string): string {
  const names = [...new Set(project.workspaces.flatMap((manifest) => Object.keys(binsOf(manifest))))];
  const there = names.length === 0 ? 'none is declared' : `declared are ${names.slice(0, 5).join(', ')}`;
  return plainMessage(`${name} is no command of this repository: expected is a bin of a package.json, and ${there}.`);
}

interface Question extends Bin {
  readonly words: string;
  readonly subcommands: readonly string[];
  readonly build: (owner: PackageManifest) => Promise<string | null>;
}

async function askBin(context: CheckContext, question: Question): Promise<HelpText> {
  const { owner, script, words } = question;
  let isBuilt = false;
  for (;;) {
    const program = existing(context.root, script);
    const result = program === null ? null : await runHelp(context, program, question);
    if (result !== null && !(result.exitCode !== 0 && NOT_BUILT.test(result.stderr))) return readHelp(context, result, words);
    const missing = result === null ? `${script} is not there` : firstLine(result.stderr);
    if (isBuilt) return { unknown: `${words} --help could not be asked for: after the build, ${missing}.` };
    const failure = await question.build(owner);
    if (failure !== null) return { unknown: `${words} --help could not be asked for: ${missing}, and ${failure}.` };
    isBuilt = true;
  }
}

function runHelp(context: CheckContext, program: string, { owner, subcommands }: Question): Promise<ToolResult> {
  return context.runTool({
    argv: [process.execPath, program, ...subcommands, '--help'],
    cwd: join(context.root, owner.dir),
    env: withoutNetwork({ COLUMNS: '80', TERM: 'dumb' }),
    timeoutMs: TIMEOUT_MS,
  });
}

function readHelp(context: CheckContext, result: ToolResult, words: string): HelpText {
  const failure = failureOf(result, `${words} --help`);
  if (failure !== null) return { unknown: failure.hint };
  if (result.exitCode !== 0) {
    const said = firstLine(stripVTControlCharacters(result.stderr || result.stdout));
    return { problem: plainMessage(`${words} --help ended with exit code ${result.exitCode}: ${said}`) };
  }
  const text = context.withoutTree(stripVTControlCharacters(result.stdout.trim() === '' ? result.stderr : result.stdout));
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return { problem: `${words} --help prints nothing.` };
  if (lines.length > MOST_LINES) return { problem: `${words} --help prints ${lines.length} lines: name one of its sub-commands.` };
  if (lines.some((line) => line.includes(`${homedir()}/`)))
    return { problem: `What ${words} --help prints names the home of the machine that it runs on, so it is not kept here.` };
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`{3,}/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return { lines: [`${fence}text`, ...lines, fence] };
}

/** The script, when it is a file within the tree. */
function existing(root: string, script: string): string | null {
  try {
    const below = relative(realpathSync(root), realpathSync(join(root, script)));
    return below.startsWith('..') ? null : join(root, script);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

/** Runs the build of a package; the words why it has none, or null. */
async function buildPackage(context: CheckContext, { dir, path, scripts }: PackageManifest): Promise<string | null> {
  if (scripts['build'] === undefined) return `${path} has no script \`build\` that would make it`;
  const cwd = join(context.root, dir);
  const manager = context.project.packageManager ?? 'npm';
  let result = await context.runTool({ argv: [manager, 'run', 'build'], cwd });
  // The package manager of the lockfile may not be installed here; npm runs any script.
  if (result.end === 'not-found' && manager !== 'npm') result = await context.runTool({ argv: ['npm', 'run', 'build'], cwd });
  if (result.end === 'exited' && result.exitCode === 0) return null;
  return `the script \`build\` of ${path} did not end well: ${firstLine(stripVTControlCharacters(result.stderr || result.stdout))}`;
}
