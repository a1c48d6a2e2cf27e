/** The environment that every git process gets: what authentication needs stays, what would redirect Git goes. */

type Variables = Readonly<Record<string, string | undefined>>;

// A hook of the user may have started us, and then GIT_DIR and its kin name their repository and index.
const KEPT_GIT_VARIABLES =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_.*|HTTP_.*|PROXY_.*|ALLOW_PROTOCOL|PROTOCOL_FROM_USER|EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))$/;

const NEVER_INTERACTIVE: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GCM_INTERACTIVE: 'never',
  SSH_ASKPASS_REQUIRE: 'never',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  // Looking must not take a lock that a person's own git then runs into.
  GIT_OPTIONAL_LOCKS: '0',
  // Failures are recognised by their English words.
  LC_ALL: 'C',
  GIT_LFS_SKIP_SMUDGE: '1',
};

/** `-c` settings of every command: nothing of the repository runs, nothing is left running, nothing recurses. */
export const BASE_CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.quotePath', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['commit.gpgSign', 'false'],
  ['color.ui', 'false'],
];

let environment: Readonly<Record<string, string>> | null = null;

/** Sets, once a process, the environment that git runs in; the CLI passes the process's own. */
export function setGitEnvironment(base: Variables): void {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined) continue;
    if (name.startsWith('GIT_') && !KEPT_GIT_VARIABLES.test(name)) continue;
    if (['SSH_ASKPASS', 'EDITOR', 'VISUAL', 'PAGER', 'LANGUAGE'].includes(name)) continue;
    kept[name] = value;
  }
  // An empty GIT_ASKPASS keeps Git from the desktop's own dialog (core.askPass).
  environment = { ...kept, GIT_ASKPASS: kept['GIT_ASKPASS'] ?? '', ...NEVER_INTERACTIVE };
}

/** The environment of one command: the base, then `extra`, then `secretConfig` where no argument list shows it. */
export function gitEnvironment(
  extra: Readonly<Record<string, string>> = {},
  secretConfig: readonly (readonly [string, string])[] = [],
): Record<string, string> {
  if (environment === null) throw new Error('setGitEnvironment must be called before git is used');
  const result: Record<string, string> = { ...environment, ...extra };
  let count = Number.parseInt(result['GIT_CONFIG_COUNT'] ?? '0', 10) || 0;
  for (const [key, value] of secretConfig) {
    result[`GIT_CONFIG_KEY_${count}`] = key;
    result[`GIT_CONFIG_VALUE_${count}`] = value;
    count += 1;
  }
  if (secretConfig.length > 0) result['GIT_CONFIG_COUNT'] = String(count);
  return result;
}
