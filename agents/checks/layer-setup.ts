/** How a repository has set up dependency-cruiser. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import { isImportSource } from './import-graph.ts';
import { scriptCalls, targetsOf } from './script-targets.ts';
import { describeSetup, findToolRoots } from './tool-setup.ts';
import type { ToolInvocation, ToolRoot, ToolSetup } from './tool-setup.ts';

/** One run of dependency-cruiser; paths are relative to its folder. */
export interface LayerRun {
  readonly config: string;
  readonly knownViolations: string | null;
  readonly targets: readonly string[];
  /** What else the repository's script says of reading. */
  readonly flags: readonly string[];
}

const CONFIG = /^\.dependency-cruiser\.([cm]?js|json)$/;
const KNOWN = '.dependency-cruiser-known-violations.json';
const NAMES: readonly [string, ...string[]] = ['depcruise', 'dependency-cruise', 'dependency-cruiser'];
const CONFIG_FLAGS = ['-c', '--config', '-v', '--validate'];
const OUTPUT_FLAGS = ['-T', '--output-type'];
/** Outputs that are pictures and tables: their calls are not about rules. */
const DRAWN = /^(dot|ddot|cdot|fdot|archi|flat|x-dot.*|mermaid|d2|html|markdown|csv|anon|metrics|baseline)$/;

/** As findToolRoots takes it. */
export const layerSetup: ToolSetup = {
  packageName: 'dependency-cruiser',
  tool: NAMES[0],
  aliases: NAMES,
  config: CONFIG,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: ['--preserve-symlinks', '--ts-pre-compilation-deps', '--no-ts-pre-compilation-deps'],
    keepWithValue: [
      ...CONFIG_FLAGS,
      ...OUTPUT_FLAGS,
      ...['-x', '--exclude', '-X', '--do-not-follow', '-I', '--include-only', '-d', '--max-depth', '-M', '--module-systems'],
      ...['--ts-config', '--webpack-config', '--babel-config'],
    ],
    dropWithValue: [
      '-f',
      '--output-to',
      '-P',
      '--prefix',
      '--suffix',
      '-H',
      '--highlight',
      '-S',
      '--collapse',
      '-F',
      '--focus',
      '-R',
      '--reaches',
    ],
  },
};

/** Whether a path is or would be a part of that setup. */
export function isLayerConfig(path: string): boolean {
  const name = posix.basename(path);
  return CONFIG.test(name) || name === KNOWN;
}

export type LayerSearch =
  | { readonly installed: true; readonly why: string }
  /** A configuration of a tool that no package.json names. */
  | { readonly installed: false; readonly why: string; readonly run: LayerRun }
  | { readonly installed: null; readonly why: string };

/** Where its rules are set up, or in words why they are not. */
export function findLayerRules(project: Project): LayerSearch {
  const { roots, ...rest } = findToolRoots(project, layerSetup);
  if (roots !== null && roots.some((root) => layerRuns(project, root).length > 0))
    return { installed: true, why: describeSetup(roots, 'dependency-cruiser') };
  const config = project.files.find((path) => CONFIG.test(path));
  if (config !== undefined) {
    const calls = scriptCalls(project).filter(({ command: { tool }, dir }) => dir === '' && NAMES.includes(tool));
    const targets = targetsOf(project, calls).filter((target) => target !== config);
    const known = project.has(KNOWN) ? KNOWN : null;
    const run = { config, knownViolations: known, targets: targets.length > 0 ? targets : allSources(project, ''), flags: [] };
    return { installed: false, why: config, run };
  }
  return { installed: null, why: 'why' in rest ? rest.why : 'no configuration of dependency-cruiser is there' };
}

/** The calls of a root that are about rules: those that a script makes, else one of all its files. */
export function layerRuns(project: Project, root: ToolRoot): (LayerRun & { readonly invocation: ToolInvocation })[] {
  const own = CONFIG.test(posix.basename(root.evidence)) ? posix.relative(root.dir, root.evidence) : null;
  const read = root.invocations.map((invocation) => ({ invocation, ...divideFlags(invocation.flags) }));
  const telling = read.filter(({ output }) => output === null || !DRAWN.test(output));
  const drawn = own === null ? [] : read.map((each) => ({ ...each, flags: [] }));
  return (telling.length > 0 ? telling : drawn).flatMap(({ invocation, config, flags }) => {
    const named = config !== null && project.has(posix.normalize(posix.join(root.dir, config))) ? config : own;
    if (named === null) return [];
    const { targets } = invocation;
    return [
      {
        ...{ invocation, config: named, flags },
        knownViolations: project.has(posix.join(root.dir, KNOWN)) ? KNOWN : null,
        targets: targets.includes('.') ? allSources(project, root.dir) : targets,
      },
    ];
  });
}

/** A configuration of it that may have a rule about cycles: its file, or null. */
export async function findCycleRuleOwner(project: Project): Promise<string | null> {
  if (findLayerRules(project).installed === null) return null;
  for (const path of project.files.filter((each) => CONFIG.test(posix.basename(each)))) {
    if (/\bcircular\b|\bextends\b/.test((await project.read(path)) ?? '')) return path;
  }
  return null;
}

function divideFlags(all: readonly string[]): { config: string | null; output: string | null; flags: string[] } {
  const flags: string[] = [];
  let config: string | null = null;
  let output: string | null = null;
  for (let at = 0; at < all.length; at += 1) {
    const flag = all[at] ?? '';
    const [name = '', inline] = flag.split(/=(.*)/s);
    const isOwn = CONFIG_FLAGS.includes(name) || OUTPUT_FLAGS.includes(name);
    if (!isOwn) flags.push(flag);
    else {
      const value = inline ?? all[(at += 1)] ?? '';
      if (CONFIG_FLAGS.includes(name)) config = value === '' ? null : value;
      else output = value;
    }
  }
  return { config, output, flags: flags.filter((flag) => flag !== '') };
}

/** Folders rather than every file: a name like `[id].tsx` would be taken for a pattern. */
function allSources(project: Project, dir: string): string[] {
  const below = dir === '' ? '' : `${dir}/`;
  const sources = project.files.filter((path) => path.startsWith(below) && isImportSource(path) && !CONFIG.test(posix.basename(path)));
  return [...new Set(sources.map((path) => path.slice(below.length).split('/')[0] ?? path))];
}
