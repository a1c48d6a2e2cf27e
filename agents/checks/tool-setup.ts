/** Finds where and how a repository has set up a tool: configuration, dependency, and what its own scripts pass to it. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import { commandsIn } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';

/** How a tool is recognised. */
export interface ToolSetup {
  readonly packageName: string;
  /** Its name in scripts. */
  readonly tool: string;
  /** Other names that scripts may use. */
  readonly aliases?: readonly string[];
  /** Matches names of its configuration files. */
  readonly config: RegExp;
  /** Its key in package.json. */
  readonly packageKey: string | null;
  /** Whether a script that calls it is enough. */
  readonly worksWithoutConfig: boolean;
  /** Whether a package with its own configuration is run by itself, or one run from above finds it. */
  readonly nested: 'separate' | 'merged';
  readonly options: OptionTable;
  /** What is started instead of the package's binary; null when it is not there. */
  readonly program?: (tool: ResolvedTool) => ResolvedTool | null;
}

/** Which options of the repository's scripts are kept. Others, above all those that write, are left out. */
export interface OptionTable {
  readonly keepFlags: readonly string[];
  readonly keepWithValue: readonly string[];
  /** Left out together with the word behind them. */
  readonly dropWithValue: readonly string[];
  /** Flags among them that only hide findings: a script that differs from an earlier one in these alone is no call of its own. */
  readonly quiet?: readonly string[];
}

/** One folder that a tool is run in. */
export interface ToolRoot {
  /** Repository-relative, '' for the root. */
  readonly dir: string;
  /** What shows that it is set up: a configuration file's path, `package.json`, or the script. */
  readonly evidence: string;
  readonly range: string;
  readonly invocations: readonly ToolInvocation[];
  /** Roots below this one, relative to it: they are run by themselves. */
  readonly nested: readonly string[];
}

/** What one call of the tool gets from the repository's scripts. */
export interface ToolInvocation {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** Paths or globs, relative to the root's folder. */
  readonly targets: readonly string[];
}

export type SetupSearch = { readonly roots: readonly [ToolRoot, ...ToolRoot[]] } | { readonly roots: null; readonly why: string };

/** Where the tool is set up, or in words why it is not. */
export function findToolRoots(project: Project, setup: ToolSetup): SetupSearch {
  const top = project.workspaces[0];
  if (top === undefined) return { roots: null, why: whyNoPackages(project) };
  const rangeFor = (manifest: PackageManifest): string | undefined =>
    manifest.dependencies[setup.packageName] ?? top.dependencies[setup.packageName];
  const withTool = project.workspaces.filter((manifest) => rangeFor(manifest) !== undefined);
  if (withTool.length === 0) return { roots: null, why: `${setup.packageName} is in no package.json` };

  const configured = new Map<string, string>();
  for (const manifest of withTool) {
    const evidence = configOf(project, manifest, setup);
    if (evidence !== null) configured.set(manifest.dir, evidence);
  }
  const found: ToolRoot[] = [];
  for (const manifest of withTool) {
    const commands = callsOf(manifest, setup);
    const isBelow = found.some((root) => isInside(root.dir, manifest.dir));
    if (setup.nested === 'merged' && isBelow) continue;
    const own = configured.get(manifest.dir);
    const reached = [...configured.keys()].some((dir) => isInside(dir, manifest.dir));
    const byScript = commands.length > 0 && (setup.worksWithoutConfig || reached);
    if (own === undefined && (!byScript || isReadFromAbove(manifest, { project, roots: found, setup }))) continue;
    const evidence = own ?? `the scripts of ${manifest.path}`;
    found.push({
      dir: manifest.dir,
      evidence,
      range: rangeFor(manifest) ?? '',
      invocations: invocationsOf(project, { manifest, commands, setup }),
      nested: [],
    });
  }
  const [first, ...rest] = found.map((root) => ({ ...root, nested: nestedBelow(root.dir, found) }));
  if (first === undefined)
    return {
      roots: null,
      why: `${setup.packageName} is a dependency, but no configuration ${setup.worksWithoutConfig ? 'or script ' : ''}sets it up`,
    };
  return { roots: [first, ...rest] };
}

/** Why a repository has no packages that are installed from its root, in words. */
export function whyNoPackages(project: Project): string {
  return project.packages.length === 0
    ? 'there is no package.json'
    : 'there is no package.json at the root that would install the packages below it';
}

/** The `why` of a detection. */
export function describeSetup(roots: readonly [ToolRoot, ...ToolRoot[]], tool: string): string {
  const [first, ...rest] = roots;
  const more = rest.length === 0 ? '' : ` and ${rest.length} more ${rest.length === 1 ? 'folder' : 'folders'}`;
  return `${first.evidence}${more} with ${tool} ${first.range}`;
}

/** The root whose folder holds the path most closely. */
export function rootOf<T extends { readonly dir: string }>(roots: readonly T[], path: string): T | null {
  let best: T | null = null;
  for (const root of roots) if (isInside(root.dir, path) && (best === null || root.dir.length > best.dir.length)) best = root;
  return best;
}

/** Whether `path` is `dir` or below it; '' is the root. */
export function isInside(dir: string, path: string): boolean {
  return dir === '' || path === dir || path.startsWith(`${dir}/`);
}

function nestedBelow(dir: string, roots: readonly ToolRoot[]): string[] {
  return roots.filter((root) => root.dir !== dir && isInside(dir, root.dir)).map((root) => posix.relative(dir, root.dir));
}

function configOf(project: Project, manifest: PackageManifest, setup: ToolSetup): string | null {
  const file = project.files.find((path) => folderOf(path) === manifest.dir && setup.config.test(posix.basename(path)));
  if (file !== undefined) return file;
  return setup.packageKey !== null && manifest.json[setup.packageKey] !== undefined ? manifest.path : null;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

/** Commands of all scripts, those of `lint` first: of several that read the same files it says best how they are meant to be read. */
function callsOf(manifest: PackageManifest, { tool, aliases = [] }: ToolSetup): ScriptCommand[] {
  const { lint = '', ...others } = manifest.scripts;
  return [lint, ...Object.values(others)].flatMap((script) =>
    commandsIn(script).filter((command) => command.tool === tool || aliases.includes(command.tool)),
  );
}

/** Whether a script of the package whose configuration governs this one reads the whole of it: then it is read there, and only there. */
function isReadFromAbove(manifest: PackageManifest, found: { project: Project; roots: readonly ToolRoot[]; setup: ToolSetup }): boolean {
  const { project, roots, setup } = found;
  const above = rootOf(roots, manifest.dir);
  const upper = project.workspaces.find((each) => each.dir === above?.dir);
  if (above === null || upper === undefined || callsOf(upper, setup).length === 0) return false;
  // Another version of its own may know other rules.
  if ((manifest.dependencies[setup.packageName] ?? above.range) !== above.range) return false;
  const dir = posix.relative(above.dir, manifest.dir);
  return above.invocations.some(({ targets }) => coversAny(targets, dir));
}

function invocationsOf(
  project: Project,
  call: { manifest: PackageManifest; commands: readonly ScriptCommand[]; setup: ToolSetup },
): ToolInvocation[] {
  const { options } = call.setup;
  const groups: { id: string; reading: string; env: Record<string, string>; flags: string[]; targets: string[] }[] = [];
  for (const command of call.commands) {
    if (!command.plain) continue;
    const { flags, operands } = readOptions(command.args, options);
    const given = operands.filter((operand) => isTarget(project, call.manifest.dir, operand));
    const targets = given.length === 0 ? ['.'] : given.map((target) => target.replace(/^\.\/(?=.)/, ''));
    const env = keptEnvironment(command.env);
    const id = JSON.stringify([env, flags]);
    const reading = readingOf({ env, flags }, options);
    const same = groups.find((group) => group.id === id);
    if (same !== undefined) same.targets.push(...targets);
    // What an earlier call reads in the same way need not be read again.
    else if (!groups.some((group) => group.reading === reading && targets.every((target) => coversAny(group.targets, target))))
      groups.push({ id, reading, env, flags, targets });
  }
  if (groups.length === 0) return [{ env: {}, flags: [], targets: ['.'] }];
  return groups.map(({ env, flags, targets }) => ({ env, flags, targets: targets.includes('.') ? ['.'] : [...new Set(targets)] }));
}

/** What decides which files a call reads, and by which rules. */
function readingOf({ env, flags }: Pick<ToolInvocation, 'env' | 'flags'>, { quiet = [] }: OptionTable): string {
  const variables = Object.entries(env).filter(([name]) => !ABOUT_NODE.has(name));
  return JSON.stringify([variables, flags.filter((flag) => !quiet.includes(flag))]);
}

/** Whether one of the targets holds all of another. */
function coversAny(targets: readonly string[], other: string): boolean {
  return targets.some((target) => target === '.' || target === other || isInside(cleanFolder(target), cleanFolder(other)));
}

/** A target as a folder; a glob stays what it is, and no folder is inside it. */
function cleanFolder(target: string): string {
  return posix.normalize(target).replace(/\/$/, '');
}

function readOptions(args: readonly string[], table: OptionTable): { flags: string[]; operands: string[] } {
  const flags: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const name = arg.split('=')[0] ?? arg;
    if (!arg.startsWith('-')) operands.push(arg);
    else if (table.keepFlags.includes(arg)) flags.push(arg);
    else if (table.keepWithValue.includes(name)) flags.push(arg, ...(arg.includes('=') ? [] : [args[(at += 1)] ?? '']));
    else if (table.dropWithValue.includes(arg)) at += 1;
  }
  return { flags, operands };
}

/** What the tool would read: a path of the repository inside the package, or a glob. */
function isTarget(project: Project, dir: string, operand: string): boolean {
  const path = posix.normalize(posix.join(dir, operand)).replace(/\/$/, '');
  if (path.startsWith('..') || posix.isAbsolute(operand)) return false;
  if (/[*{]/.test(operand)) return true;
  return path === '.' || path === dir || project.has(path) || project.files.some((file) => file.startsWith(`${path}/`));
}

/** Variables that change how Node runs the tool and not what it finds. */
const ABOUT_NODE = new Set(['NODE_OPTIONS', 'NODE_NO_WARNINGS', 'TIMING', 'DEBUG']);

const OURS = /^(PATH|HOME|CI|NO_COLOR|FORCE_COLOR|HUSKY|TMPDIR|UPKEEP_.*|LD_.*|DYLD_.*)$/;

/** The variables of a script without those that we set ourselves. */
export function keptEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name)));
}
