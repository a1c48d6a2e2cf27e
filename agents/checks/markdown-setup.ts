/** How a repository has set up markdownlint: rules by folder, and which files it lints. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Project } from '../project.ts';
import type { RunTool } from '../tools/run-tool.ts';
import type { PartFailure } from './check-parts.ts';
import { readMarkdownScripts } from './markdown-scripts.ts';
import { isRecord } from './never-fix.ts';
import { readDataFile } from './read-data-file.ts';

/** Rules as markdownlint takes them. */
export type MarkdownRules = Readonly<Record<string, unknown>>;

/** The repository's own setup. */
export interface MarkdownSetup {
  readonly rulesFor: (path: string) => MarkdownRules;
  /** Whether the repository itself would lint this file. */
  readonly lints: (path: string) => boolean;
  readonly noInlineConfig: boolean;
  /** Whether it has rules written in code, which are not run. */
  readonly hasCustomRules: boolean;
}

const RULES_NAME = /^\.markdownlint\.(jsonc|json|yaml|yml|cjs|mjs)$|^\.markdownlintrc$/;
const CLI2_NAME = /^\.markdownlint-cli2\.(jsonc|yaml|cjs|mjs)$/;
const PASSED_OVER = /(^|\/)(node_modules|bower_components|vendor|third[-_]party|\.changeset)\//;

/** What shows that the repository lints its Markdown, or null. */
export function markdownEvidence(project: Project): string | null {
  const file = project.files.find((path) => isConfig(path));
  if (file !== undefined) return file;
  for (const manifest of project.workspaces) {
    if (manifest.json['markdownlint-cli2'] !== undefined) return manifest.path;
    if (readMarkdownScripts(manifest.scripts) !== null) return `the scripts of ${manifest.path}`;
  }
  return null;
}

/** Every path that configures markdownlint here, those that scripts and `extends` name included. */
export async function markdownConfigPaths(project: Project): Promise<ReadonlySet<string>> {
  const named = project.workspaces.flatMap((manifest) => {
    const config = readMarkdownScripts(manifest.scripts)?.config ?? null;
    return [manifest.path, ...(config === null ? [] : [posix.join(manifest.dir, config)])];
  });
  const paths = new Set([...project.files.filter(isConfig), '.markdownlintignore', ...named]);
  for (const path of paths) {
    if (posix.basename(path) === 'package.json') continue;
    const base = /["']?extends["']?\s*:\s*["']?([^"'\s,]+)/.exec((await project.read(path)) ?? '')?.[1];
    const file = base === undefined ? null : posix.join(dirOf(path), base);
    if (file !== null && project.has(file)) paths.add(file);
  }
  return paths;
}

/** Reads the setup; null when there is none. */
export async function readMarkdownSetup(
  project: Project,
  tools: { root: string; runTool: RunTool },
): Promise<MarkdownSetup | null | PartFailure> {
  if (markdownEvidence(project) === null) return null;
  const rules = new Map<string, MarkdownRules>();
  const cli2 = new Map<string, Record<string, unknown>>();
  for (const path of project.files.filter(isConfig)) {
    const read = await readDataFile(path, { project, ...tools });
    if (!read.ok) return read.failure;
    const dir = dirOf(path);
    if (RULES_NAME.test(posix.basename(path))) rules.set(dir, read.data);
    else cli2.set(dir, read.data);
  }
  for (const manifest of project.workspaces) {
    const own = manifest.json['markdownlint-cli2'];
    if (isObject(own) && !cli2.has(manifest.dir)) cli2.set(manifest.dir, own);
  }
  for (const [dir, options] of cli2) {
    if (isObject(options['config']) && !rules.has(dir)) rules.set(dir, options['config']);
  }
  for (const manifest of project.workspaces) {
    const scripts = readMarkdownScripts(manifest.scripts);
    const path = scripts === null || scripts.config === null ? null : posix.join(manifest.dir, scripts.config);
    if (path !== null && project.has(path) && !isConfig(path)) {
      const read = await readDataFile(path, { project, ...tools });
      if (!read.ok) return read.failure;
      // The command line of markdownlint-cli2 takes either of its two formats.
      rules.set(manifest.dir, isObject(read.data['config']) ? read.data['config'] : read.data);
    }
    for (const rule of scripts?.disabled ?? []) rules.set(manifest.dir, { ...rules.get(manifest.dir), [rule]: false });
  }
  for (const [dir, own] of rules) {
    const extended = await extend(own, dir, { project, ...tools });
    if (!extended.ok) return extended.failure;
    rules.set(dir, extended.data);
  }
  return {
    rulesFor: (path) => nearest(rules, path) ?? {},
    lints: lintedPaths(project, cli2, await project.read('.markdownlintignore')),
    noInlineConfig: cli2.get('')?.['noInlineConfig'] === true,
    hasCustomRules: [...cli2.values()].some((options) => Array.isArray(options['customRules']) && options['customRules'].length > 0),
  };
}

type Source = { project: Project; root: string; runTool: RunTool };

/** Follows `extends` to files of the repository and to the styles inside markdownlint. */
async function extend(
  own: MarkdownRules,
  dir: string,
  source: Source,
): Promise<{ ok: true; data: MarkdownRules } | { ok: false; failure: PartFailure }> {
  let data = own;
  let from = dir;
  for (let depth = 0; typeof data['extends'] === 'string' && depth < 10; depth += 1) {
    const { extends: name, ...rest } = data as { extends: string };
    const path = posix.normalize(posix.join(from, name));
    if (/^markdownlint\/style\/(all|cirosantilli|prettier|relaxed)$/.test(name)) {
      const style = (await import(name, { with: { type: 'json' } })) as { default: MarkdownRules };
      return { ok: true, data: { ...style.default, ...rest } };
    }
    const read = source.project.has(path) ? await readDataFile(path, source) : null;
    if (read === null)
      return {
        ok: false,
        failure: {
          reason: 'configuration',
          hint: `The markdownlint configuration extends ${name}, which is not a file of the repository.`,
        },
      };
    if (!read.ok) return read;
    data = { ...read.data, ...rest };
    from = dirOf(path);
  }
  return { ok: true, data };
}

/** The files that scripts, `globs` and `ignores` choose; without a choice all but records and other people's. */
function lintedPaths(
  project: Project,
  cli2: ReadonlyMap<string, Record<string, unknown>>,
  ignoreFile: string | null,
): MarkdownSetup['lints'] {
  const top = cli2.get('') ?? {};
  const chosen = [
    ...stringsOf(top['globs']),
    ...project.workspaces.flatMap((manifest) =>
      (readMarkdownScripts(manifest.scripts)?.globs ?? []).map((glob) => below(manifest.dir, glob)),
    ),
  ];
  const wanted = chosen.filter((glob) => !/^[!#:]/.test(glob)).map(clean);
  const unwanted = chosen.filter((glob) => /^[!#]/.test(glob)).map((glob) => clean(glob.slice(1)));
  for (const line of (ignoreFile ?? '').split(/\r?\n/)) {
    const pattern = line.trim().replace(/^\//, '').replace(/\/$/, '');
    if (pattern !== '' && !/^[#!]/.test(pattern))
      unwanted.push(pattern, `${pattern}/**`, ...(pattern.includes('/') ? [] : [`**/${pattern}`, `**/${pattern}/**`]));
  }
  for (const [dir, options] of cli2)
    unwanted.push(...stringsOf(options['ignores']).map((glob) => clean(below(dir, glob.replace(/^#/, '')))));
  const isUnwanted =
    unwanted.length === 0
      ? () => false
      : picomatch(
          unwanted.flatMap((glob) => [glob, `${glob}/**`]),
          { dot: true },
        );
  // A bare `.` or a folder means everything below it.
  const isWanted =
    wanted.length === 0
      ? (path: string) => !isRecord(path)
      : picomatch(
          wanted.flatMap((glob) => (glob === '.' ? ['**'] : [glob, `${glob}/**`])),
          { dot: true },
        );
  return (path) => isWanted(path) && !isUnwanted(path) && !PASSED_OVER.test(path);
}

function nearest(rules: ReadonlyMap<string, MarkdownRules>, path: string): MarkdownRules | undefined {
  for (let dir = dirOf(path); ; dir = dirOf(dir)) {
    const own = rules.get(dir);
    if (own !== undefined || dir === '') return own;
  }
}

function isConfig(path: string): boolean {
  const name = posix.basename(path);
  return (RULES_NAME.test(name) || CLI2_NAME.test(name)) && !/(^|\/)(node_modules|fixtures?|templates?)\//.test(path);
}

function below(dir: string, glob: string): string {
  const mark = /^[!#]/.exec(glob)?.[0] ?? '';
  return mark + posix.join(dir, glob.slice(mark.length));
}

function clean(glob: string): string {
  return glob.replace(/^\.\//, '').replace(/(?<=.)\/$/, '');
}

function dirOf(path: string): string {
  const dir = posix.dirname(path);
  return dir === '.' ? '' : dir;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
