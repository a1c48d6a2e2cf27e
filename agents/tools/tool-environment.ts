import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Variables that a tool may see; everything else of ours, tokens above all, stays with us. */
const ALLOWED = new Set([
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'NODE_EXTRA_CA_CERTS',
  // Windows starts nothing without these.
  'SystemRoot',
  'SYSTEMROOT',
  'ComSpec',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
]);

/** Says to every tool: no person is watching, write no colours, set no hooks, switch no version. */
const FIXED = {
  CI: 'true',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  HUSKY: '0',
  // Or every tool that asks for it leaves a folder of compiled code in the temporary one, for good.
  NODE_DISABLE_COMPILE_CACHE: '1',
  // pnpm up to 10, and later ones, which would besides install into the worktree before they run a script.
  npm_config_manage_package_manager_versions: 'false',
  pnpm_config_pm_on_fail: 'ignore',
  pnpm_config_verify_deps_before_run: 'false',
} as const;

/** Name of the variable by which recovery finds what a dead run left running. */
export const RUN_MARKER = 'UPKEEP_RUN';
/** Name of the variable by which what one tool started is found when it has left the tool's process group. */
export const TOOL_MARKER = 'UPKEEP_TOOL';

export interface EnvironmentOrigin {
  /** The environment we were started with. */
  readonly baseEnv: Readonly<Record<string, string | undefined>>;
  readonly runId: string;
  /** Tells this start of a tool from every other. */
  readonly toolId: string;
}

/** The environment of one tool: an allow-list of ours, the folder's own binaries first on PATH, the markers, then what the caller adds. */
export function toolEnvironment(
  origin: EnvironmentOrigin,
  cwd: string,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(origin.baseEnv)) {
    if (value !== undefined && (ALLOWED.has(name) || name.startsWith('LC_'))) kept[name] = value;
  }
  const inherited = origin.baseEnv.PATH ?? origin.baseEnv.Path ?? '/usr/local/bin:/usr/bin:/bin';
  const path = [...binFolders(cwd), inherited].join(delimiter);
  return { ...kept, PATH: path, ...FIXED, ...added, [RUN_MARKER]: origin.runId, [TOOL_MARKER]: origin.toolId };
}

/** `node_modules/.bin` of `cwd` and of each folder above it up to the repository's root. */
function binFolders(cwd: string): string[] {
  const root = repositoryRoot(cwd);
  const folders = [join(cwd, 'node_modules', '.bin')];
  for (let folder = cwd; root !== null && folder !== root;) {
    folder = dirname(folder);
    folders.push(join(folder, 'node_modules', '.bin'));
  }
  return folders;
}

function repositoryRoot(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    // A linked worktree has a file there, a checkout a folder.
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}
