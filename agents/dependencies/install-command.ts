/** How each package manager installs exactly what its lockfile says, and which files of the repository it reads for that. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';

export interface InstallCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Null where there is no lockfile. Scripts of packages are not run: what is installed here is only read by tools. */
export async function installCommand(project: Project): Promise<InstallCommand | null> {
  switch (project.lockfile) {
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return { argv: ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], env: {} };
    case 'pnpm-lock.yaml':
      return { argv: ['pnpm', 'install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline'], env: {} };
    case 'yarn.lock':
      return yarnCommand((await project.read('yarn.lock')) ?? '');
    case 'bun.lock':
    case 'bun.lockb':
      return { argv: ['bun', 'install', '--frozen-lockfile', '--ignore-scripts'], env: {} };
    default:
      return null;
  }
}

function yarnCommand(lock: string): InstallCommand {
  if (!/^__metadata:/m.test(lock)) {
    return { argv: ['yarn', 'install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline', '--non-interactive'], env: {} };
  }
  // Plug'n'Play has no node_modules, and tools of a worktree need one.
  const env = { YARN_NODE_LINKER: 'node-modules', YARN_ENABLE_TELEMETRY: '0', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  return { argv: ['yarn', 'install', '--immutable', '--mode=skip-build'], env };
}

const SETTINGS = ['.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml', '.pnpmfile.cjs', '.pnpmfile.mjs', 'bunfig.toml'];

/** Tracked files that installing reads: manifests, lockfile, settings, patches, a package manager of the repository's own. */
export function installInputs(project: Project): string[] {
  const named = new Set([...SETTINGS, ...project.workspaces.map((manifest) => manifest.path), ...programsOf(project)]);
  return project.files.filter(
    (path) => path === project.lockfile || named.has(path) || /^\.yarn\/(?:releases|plugins)\/|\.patch$/.test(path),
  );
}

/** Files of workspace packages that become programs in `.bin`: some package managers leave out one that is not there. */
function programsOf(project: Project): string[] {
  return project.workspaces.flatMap(({ dir, json }) => {
    const { bin } = json;
    const files: unknown[] = typeof bin === 'object' && bin !== null ? Object.values(bin) : [bin];
    return files.filter((file) => typeof file === 'string').map((file) => posix.join(dir, file));
  });
}
