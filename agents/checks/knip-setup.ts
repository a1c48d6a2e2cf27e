/** How a repository has set up knip. */
import type { Severity } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { describeSetup, findToolRoots } from './tool-setup.ts';
import type { ToolInvocation, ToolSetup } from './tool-setup.ts';

/** One folder that the repository itself runs knip in. */
export interface KnipRoot {
  /** Repository-relative, '' for the root. */
  readonly dir: string;
  readonly calls: readonly Pick<ToolInvocation, 'env' | 'flags'>[];
}

export interface KnipSetup {
  readonly why: string;
  readonly roots: readonly KnipRoot[];
  /** Whether a package.json names it, so that its own version has to run. */
  readonly isDependency: boolean;
}

const CONFIG = /^(\.?knip\.jsonc?|knip(\.config)?\.[jt]s)$/;

const setup: ToolSetup = {
  packageName: 'knip',
  tool: 'knip',
  config: CONFIG,
  packageKey: 'knip',
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [
      ...['-p', '--production', '-s', '--strict', '--include-entry-exports', '--include-libs', '--no-gitignore', '--isolate-workspaces'],
      ...['--use-tsconfig-files', '--dependencies', '--exports', '--files', '--cycles'],
    ],
    keepWithValue: ['-c', '--config', '-t', '--tsConfig', '-W', '--workspace', '--include', '--exclude', '--tags'],
    dropWithValue: [
      ...[
        '--reporter',
        '--reporter-options',
        '--preprocessor',
        '--preprocessor-options',
        '--max-issues',
        '--max-show-issues',
        '--fix-type',
      ],
      ...['-D', '--directory', '--cache-location', '--performance-fn', '--trace-dependency', '--trace-export', '--trace-file'],
    ],
  },
};

/** The repository's own setup, or null when knip is ours to bring. */
export function findKnipSetup(project: Project): KnipSetup | null {
  const isDependency = project.workspaces.some((manifest) => manifest.dependencies['knip'] !== undefined);
  const found = findToolRoots(project, setup);
  if (found.roots !== null) {
    return {
      why: describeSetup(found.roots, 'knip'),
      roots: found.roots.map(({ dir, invocations }) => ({ dir, calls: invocations })),
      isDependency,
    };
  }
  const config = configOf(project);
  if (config === null && !isDependency) return null;
  return {
    why: config === null ? 'knip is a dependency' : `${config} with knip`,
    roots: [{ dir: '', calls: [{ env: {}, flags: [] }] }],
    isDependency,
  };
}

/** Whether a path configures knip. */
export function isKnipConfig(path: string): boolean {
  return CONFIG.test(path.slice(path.lastIndexOf('/') + 1));
}

/** The severity that the repository gives a kind of issue: an error unless its `rules` say `warn`. */
export async function readKnipSeverities(project: Project): Promise<(kind: string) => Severity> {
  const texts = await Promise.all([
    ...project.files.filter(isKnipConfig).map((path) => project.read(path)),
    Promise.resolve(JSON.stringify(project.packages[0]?.json['knip'] ?? '')),
  ]);
  const warned = new Set(
    texts.flatMap((text) => [...(text ?? '').matchAll(/['"]?\b([a-zA-Z]+)['"]?\s*:\s*['"]warn['"]/g)].map((match) => match[1] ?? '')),
  );
  return (kind) => (warned.has(kind) ? 'warning' : 'error');
}

function configOf(project: Project): string | null {
  const file = project.files.find((path) => !path.includes('/') && CONFIG.test(path));
  if (file !== undefined) return file;
  const top = project.packages.find(({ dir }) => dir === '');
  return top?.json['knip'] === undefined ? null : top.path;
}
