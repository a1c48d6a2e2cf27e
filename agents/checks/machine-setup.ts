/** Where a repository names a tool of the machine, no package of it: in its hooks of pre-commit, its scripts, its Makefile, its workflows. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import { commandOfWords, commandsIn } from '../tools/script-commands.ts';
import { parseYamlDocument } from './yaml-document.ts';

/** How the repository calls the tool. */
export interface MachineCall {
  /** The file that names it. */
  readonly evidence: string;
  readonly args: readonly string[];
  /** Version of it that the repository asks for, or null. */
  readonly version: string | null;
  /** Whether the repository has it read this path. */
  includes(path: string): boolean;
}

const HOOKS = '.pre-commit-config.yaml';
const LINES =
  /(^|\/)(Makefile|GNUmakefile|[Jj]ustfile|Taskfile\.ya?ml|\.lintstagedrc(\.[a-z]+)?|lefthook\.ya?ml)$|^\.github\/workflows\/[^/]+\.ya?ml$|^\.gitlab-ci\.yml$/;
/** The repositories of hooks whose tag is the version of the tool. */
const VERSIONED = /pre-commit-shfmt|adrienverge\/yamllint|google\/yamlfmt/;

/** Whether a file may name a tool of the machine, or say how it is called. */
export function namesMachineTools(path: string): boolean {
  return path === HOOKS || LINES.test(path) || posix.basename(path) === 'package.json';
}

/** The first place that calls it, or null. `hooks`: what its hooks are called. */
export async function findMachineCall(
  project: Project,
  { tool, hooks }: { readonly tool: string; readonly hooks: RegExp },
): Promise<MachineCall | null> {
  return (await hookCall(project, hooks)) ?? scriptCall(project, tool) ?? (await lineCall(project, tool));
}

interface Hook {
  readonly id?: unknown;
  readonly args?: unknown;
  readonly files?: unknown;
  readonly exclude?: unknown;
}

async function hookCall(project: Project, hooks: RegExp): Promise<MachineCall | null> {
  const text = await project.read(HOOKS);
  if (text === null || !hooks.test(text)) return null;
  const document = await parseYamlDocument(text);
  if (!('data' in document)) return null;
  const { repos, exclude } = (document.data ?? {}) as { repos?: unknown; exclude?: unknown };
  for (const { repo, rev, hooks: listed } of listOf<{ repo?: unknown; rev?: unknown; hooks?: unknown }>(repos)) {
    const hook = listOf<Hook>(listed).find(({ id }) => typeof id === 'string' && new RegExp(`^(?:${hooks.source})$`).test(id));
    if (hook === undefined) continue;
    const [kept, ...left] = [pattern(hook.files), pattern(hook.exclude), pattern(exclude)];
    const version = VERSIONED.test(String(repo)) && typeof rev === 'string' ? (/\d+\.\d+(\.\d+)?/.exec(rev)?.[0] ?? null) : null;
    return {
      evidence: HOOKS,
      args: listOf<unknown>(hook.args).map(String),
      version,
      includes: (path) => (kept?.test(path) ?? true) && !left.some((each) => each?.test(path)),
    };
  }
  return null;
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value.filter((each) => each !== null) as T[]) : [];
}

/** A pattern of Python, where it is one here as well. */
function pattern(text: unknown): RegExp | null {
  if (typeof text !== 'string') return null;
  const isVerbose = text.startsWith('(?x)');
  try {
    return new RegExp(isVerbose ? text.slice(4).replace(/\s+/g, '') : text);
  } catch {
    return null;
  }
}

function scriptCall(project: Project, tool: string): MachineCall | null {
  for (const { path, dir, scripts, json } of project.packages) {
    const staged = Object.values((json['lint-staged'] ?? {}) as Record<string, unknown>).flat();
    const texts = [...Object.values(scripts), ...staged.filter((each): each is string => typeof each === 'string')];
    const command = texts.flatMap(commandsIn).find((each) => each.tool === tool);
    if (command !== undefined) return callOf(project, { evidence: path, args: command.args, dir });
  }
  return null;
}

async function lineCall(project: Project, tool: string): Promise<MachineCall | null> {
  const paths = project.files.filter((path) => LINES.test(path));
  const texts = await Promise.all(paths.map((path) => project.read(path)));
  for (const [index, path] of paths.entries()) {
    // A call, and no word of a sentence or of an installation.
    const words = new RegExp(
      String.raw`^(?:[^#\n]*?(?:&&|\||;|run:|["'@]))?[\t ]*@?-?[\t ]*["']?${tool}((?:[ \t]+[^\s;&|"'#]+)+)`,
      'm',
    ).exec(texts[index] ?? '')?.[1];
    const command = words === undefined ? null : commandOfWords([tool, ...words.trim().split(/\s+/)]);
    if (command !== null) return callOf(project, { evidence: path, args: command.args.filter((arg) => !arg.includes('$')), dir: '' });
  }
  return null;
}

function callOf(
  project: Project,
  { evidence, args, dir }: { readonly evidence: string; readonly args: readonly string[]; readonly dir: string },
): MachineCall {
  const targets = args
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => posix.normalize(posix.join(dir, arg)).replace(/\/$/, ''))
    .filter((target) => target === '.' || project.has(target) || project.files.some((path) => path.startsWith(`${target}/`)));
  return {
    ...{ evidence, args, version: null },
    includes: (path) =>
      targets.length === 0 || targets.some((target) => target === '.' || path === target || path.startsWith(`${target}/`)),
  };
}

/** Those of the arguments that are options of these names, with their values. */
export function keptOptions(
  args: readonly string[],
  options: { readonly flags: readonly string[]; readonly withValue: readonly string[] },
): string[] {
  return args.flatMap((arg, index) => {
    const [name = ''] = arg.split('=');
    if (options.flags.includes(arg)) return [arg];
    if (!options.withValue.includes(name)) return [];
    return arg.includes('=') ? [arg] : [arg, args[index + 1] ?? ''];
  });
}
