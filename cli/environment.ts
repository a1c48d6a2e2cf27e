/** What the environment says, as data: read once by cli/config.ts and passed on. */
import { join } from 'node:path';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  /** All variables; tools get an allow-listed part of them. */
  readonly variables: Variables;
  /** Whether a CI service runs us. */
  readonly isCi: boolean;
  /** What GitHub Actions tells, or null outside of it. */
  readonly github: GitHubActions | null;
  /** Whether to print colours: NO_COLOR and FORCE_COLOR, else as the terminal can. */
  readonly color: 'never' | 'always' | 'auto';
  /** A terminal that can move its cursor. */
  readonly isDumbTerminal: boolean;
  /** Folder for caches of this user, null when the machine has no home. */
  readonly cacheHome: string | null;
  /** LOG_LEVEL as it stands there: how much a service says. */
  readonly logLevel: string | null;
  /** Name of the person, for `paused by`. */
  readonly person: string;
}

export interface GitHubActions {
  /** Path of the job summary. */
  readonly summaryPath: string | null;
  /** Path of the file that takes outputs for further steps. */
  readonly outputPath: string | null;
  readonly eventName: string | null;
  readonly runId: string | null;
  readonly runAttempt: string | null;
  /** `owner/name`. */
  readonly repository: string | null;
  /** Branch or tag that started the workflow. */
  readonly refName: string | null;
  readonly refType: string | null;
  /** `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`. */
  readonly ref: string | null;
  /** The commit that started the workflow. */
  readonly sha: string | null;
  /** Login of whoever caused the event. */
  readonly actor: string | null;
  /** Agents that the workflow itself names, as it wrote them, and whether it forces them: UPKEEP_AGENTS, UPKEEP_FORCE. */
  readonly agents: string | null;
  readonly force: boolean;
  /** Folder that is emptied after the job. */
  readonly temporaryFolder: string | null;
  readonly eventPath: string | null;
  readonly serverUrl: string | null;
}

/** Reads the variables that matter; `userName` is what the machine calls its user. */
export function readEnvironment(variables: Variables, userName = 'someone'): Environment {
  const get = (name: string): string | null => variables[name] || null;
  const home = get('HOME') ?? get('USERPROFILE');
  return {
    variables,
    isCi: isOn(get('CI')) || isOn(get('GITHUB_ACTIONS')),
    github: isOn(get('GITHUB_ACTIONS')) ? readGitHub(get) : null,
    color: colorOf(get),
    isDumbTerminal: get('TERM') === 'dumb',
    cacheHome: get('XDG_CACHE_HOME') ?? (home === null ? null : join(home, '.cache')),
    logLevel: get('LOG_LEVEL'),
    person: get('GITHUB_ACTOR') ?? get('USER') ?? get('LOGNAME') ?? get('USERNAME') ?? userName,
  };
}

function readGitHub(get: (name: string) => string | null): GitHubActions {
  return {
    summaryPath: get('GITHUB_STEP_SUMMARY'),
    outputPath: get('GITHUB_OUTPUT'),
    eventName: get('GITHUB_EVENT_NAME'),
    runId: get('GITHUB_RUN_ID'),
    runAttempt: get('GITHUB_RUN_ATTEMPT'),
    repository: get('GITHUB_REPOSITORY'),
    refName: get('GITHUB_REF_NAME'),
    refType: get('GITHUB_REF_TYPE'),
    ref: get('GITHUB_REF'),
    sha: get('GITHUB_SHA'),
    actor: get('GITHUB_ACTOR'),
    agents: get('UPKEEP_AGENTS'),
    force: isOn(get('UPKEEP_FORCE')),
    temporaryFolder: get('RUNNER_TEMP'),
    eventPath: get('GITHUB_EVENT_PATH'),
    serverUrl: get('GITHUB_SERVER_URL'),
  };
}

/** NO_COLOR wins when it is not empty (no-color.org); FORCE_COLOR=0 turns colours off as well. */
function colorOf(get: (name: string) => string | null): Environment['color'] {
  if (get('NO_COLOR') !== null) return 'never';
  const forced = get('FORCE_COLOR');
  if (forced === null) return 'auto';
  return forced === '0' || forced === 'false' ? 'never' : 'always';
}

function isOn(value: string | null): boolean {
  return value !== null && !/^(0|false|no|off)$/i.test(value);
}
