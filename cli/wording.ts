/** Everything that people read of a run, in one place. */
import type {
  CommitlintReport,
  CommitVerification,
  DeliveryOutcome,
  PassedOverHook,
  ProposalReport,
  ProposalState,
} from '../agents/run-report.ts';
import type { AgentId, Outcome, Reason } from '../ledger/outcome.ts';

/** Opens the page that the published package names. */
export const REPORT_ADDRESS = '`npm bugs upkeep`';

export const HELP = {
  program:
    'Six agents keep this Git repository green: they check it, repair what is safe to repair, commit it as "auto: …" and say what is left.',
  groups: { work: 'Work:', look: 'Look:', steer: 'Steer:', schedule: 'Schedule:', hear: 'Listen to GitHub:', setUp: 'Set up:' },
  examples: `
Examples:
  agent run                     check and repair the commit that is checked out
  agent run backend docs        only these two agents
  agent run --no-fix            report, change nothing
  agent run --json > run.json   for programs
  agent why backend             why it did or did not do something
  agent undo 3f2a91c            take back what an agent did

Exit codes: 0 clean or repaired · 1 errors are left · 2 wrong usage or configuration
            3 could not be carried out · 4 delivery refused · 130 interrupted`,
  run: `
Agents work in a worktree of their own. At the end the delivery local, the default on a laptop, moves the
checked-out branch forward over their commits and writes the files that these change, in your folder and in the
index; where that would touch changes of yours, nothing moves and the commits wait for agent accept. The other
deliveries leave branch, files and index as they are. Your stash and what you have not committed are never touched.

Examples:
  agent run                            what is committed on this branch
  agent run --working-tree --no-fix    what is not committed yet as well
  agent run --delivery none            commits wait; agent accept takes them
  agent run --due --ci                 what a scheduled CI job calls`,
  comment: `
Comments begin with /agent retry qa, /agent pause docs, /agent resume docs, /agent why backend or /agent help.
Only people who may write to the repository are heard; the token is in GITHUB_TOKEN.

Examples:
  agent comment                        in a workflow on issue_comment
  agent comment --event comment.json   the same with a payload that was saved`,
  serve: `
Examples:
  agent serve                             this repository, with a database of its own
  agent serve --repo ../a --repo ../b     several
  DATABASE_URL=postgres://… agent serve   several machines share the work
  curl http://127.0.0.1:8788/readyz       whether it can work now, and else why; /healthz and /metrics beside it`,
  database: `
The database is the one that agent serve uses: the one of DATABASE_URL, else one of its own, which is started while it is needed.

Examples:
  agent db info
  agent db backup                        into the folder of backups, named by the time
  agent db backup /media/usb/upkeep.gz   somewhere else
  agent db restore upkeep.gz             replaces what is there, and keeps a backup of that`,
  scheduleSet: `
Examples:
  agent schedule set qa "0 2 * * *" --tz Europe/Berlin --priority HIGH
  agent schedule set qa --priority LOW
  agent schedule set qa --default`,
  scheduleNext: `
Examples:
  agent schedule next qa -n 20
  agent schedule next --cron "30 2 * * *" --tz America/New_York --from 2026-03-07T00:00:00Z
  echo '{"cron":"@daily","tz":"Europe/Berlin","n":3}' | agent schedule next`,
  webhookListen: `
Examples:
  UPKEEP_WEBHOOK_SECRET=… agent webhook listen
  UPKEEP_WEBHOOK_SECRET=… agent webhook listen --host 0.0.0.0 --port 8080
While the secret is changed, UPKEEP_WEBHOOK_SECRET_BEFORE holds the old one.`,
  webhookReplay: `
Examples:
  gh api repos/acme/app/hooks/1/deliveries/2 > delivery.json
  agent webhook replay delivery.json                   what it would lead to
  agent webhook replay delivery.json --run             do it
  agent webhook replay payload.json --event push       a payload alone`,
  completion: `
Examples:
  bash:  agent completion bash > ~/.local/share/bash-completion/completions/agent
  zsh:   agent completion zsh > "\${fpath[1]}/_agent"
  fish:  agent completion fish > ~/.config/fish/completions/agent.fish`,
} as const;

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  fixed: 'fixed',
  failed: 'failed',
  errored: 'could not be carried out',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

export const OUTCOME_SIGNS: Readonly<Record<Outcome, string>> = {
  passed: '✔',
  fixed: '✎',
  failed: '✖',
  errored: '!',
  skipped: '-',
  cancelled: '○',
};

export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  unchanged: 'unchanged since it last ended well',
  paused: 'paused',
  tripped: 'waits: it keeps failing on the same content',
  'in-error': 'out of the schedule: it could not be carried out',
  'not-due': 'not due yet',
  'not-triggered': 'not started by this trigger',
  disabled: 'turned off by the configuration',
  'not-applicable': 'nothing here to look at',
  'tool-missing': 'its tool is not on this machine',
  'errors-left': 'errors are left',
  'dependencies-missing': 'the dependencies are not installed or out of step',
  'tool-crashed': 'the tool crashed',
  'tool-not-found': 'the command does not exist',
  timeout: 'it took too long and was ended',
  'output-limit': 'it printed too much and was ended',
  'nonsense-output': 'its output is not in the promised format',
  'nothing-read': 'it should have read files and read none',
  network: 'the remote did not answer',
  'disk-full': 'no space left on the disk',
  configuration: 'a configuration cannot be used',
  git: 'Git refused',
  internal: 'a fault of upkeep',
  interrupted: 'interrupted',
};

/** Why a slot of a schedule did not become a run. */
export const DROP_WORDS: Readonly<Record<string, string | undefined>> = {
  missed: 'nobody saw it pass',
  'too-old': 'it passed too long ago',
  'too-many': 'too many passed unseen',
  overlap: 'the agent was busy',
  paused: 'paused',
  'in-error': 'the agent is in ERROR',
  disabled: 'turned off by the configuration',
};

export const DELIVERY_WORDS: Readonly<Record<DeliveryOutcome, string>> = {
  delivered: 'the branch moved forward',
  pushed: 'pushed',
  proposed: 'proposed by pull request',
  kept: 'not on the branch yet',
  patch: 'written as patch files',
  nothing: 'nothing to deliver',
  refused: 'refused',
  none: 'not delivered, as asked',
};

const PROPOSAL_WORDS: Readonly<Record<ProposalState, string>> = {
  opened: 'pull request opened',
  reopened: 'pull request opened again',
  updated: 'pull request brought up to date',
  unchanged: 'pull request is up to date',
  'taken-over': 'pull request left alone',
  declined: 'not proposed again',
  closed: 'pull request closed',
  waiting: 'not proposed yet',
  refused: 'not proposed',
};

/** `docs: pull request opened: https://github.com/acme/site/pull/12 – could not be labelled`. */
export function proposalLine({ agent, branch, state, url, notes }: ProposalReport): string {
  return `${agent}: ${PROPOSAL_WORDS[state]}: ${url ?? branch}${notes.length === 0 ? '' : ` – ${notes.join('; ')}`}`;
}

/** `signed by GitHub: 2 of 3 commits; backend: GitHub cannot make a symbolic link (a)`; null where that was not asked for. */
export function verificationLine(verifications: readonly CommitVerification[]): string | null {
  if (verifications.length === 0) return null;
  const missing = verifications.flatMap(({ agent, why }) => (why === null ? [] : [`${agent}: ${why}`]));
  const signed = verifications.length - missing.length;
  return [`signed by GitHub: ${signed} of ${count(verifications.length, 'commit')}`, ...missing].join('; ');
}

/** `1 problem`, `2 problems`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `0.3 s`, `42 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The first nine digits of a commit id. */
export function shortSha(sha: string): string {
  return sha.slice(0, 9);
}

/** `checking 3f2a91c on main; 3 uncommitted files not looked at`, `checking the working tree on 3f2a91c (main)`. */
export function openingLine(about: { base: string; branch: string | null; uncommitted: number; workingTree: boolean }): string {
  const where = about.branch === null ? 'a detached HEAD' : about.branch;
  if (about.workingTree) return `checking the working tree on ${shortSha(about.base)} (${where})`;
  const rest = about.uncommitted === 0 ? '' : `; ${count(about.uncommitted, 'uncommitted file')} not looked at`;
  return `checking ${shortSha(about.base)} on ${where}${rest}`;
}

/** `pre-commit, commit-msg (husky)`. */
export function hookNames(hooks: readonly PassedOverHook[]): string {
  return [...Map.groupBy(hooks, (hook) => hook.manager)]
    .map(([manager, those]) => `${those.map((hook) => hook.name).join(', ')}${manager === null ? '' : ` (${manager})`}`)
    .join('; ');
}

/** The line about hooks that did not run; null when there is none. */
export function passedOverLine(hooks: readonly PassedOverHook[]): string | null {
  return hooks.length === 0 ? null : `hooks passed over: ${hookNames(hooks)}`;
}

/** Why commitlint had no say; null when it had one (what it refuses is the reason of the delivery) or is not set up. */
export function unaskedLine(commitlint: CommitlintReport | null): string | null {
  if (commitlint?.verdict !== 'unknown') return null;
  return `commit messages not checked: ${commitlint.configuration} could not be asked: ${commitlint.why}`;
}

/** What to do next, by what happened; the first that applies is shown. */
export const NEXT_STEPS = {
  accept: 'take the commits that wait: agent accept',
  patches: 'look at the patches: ',
  errored: 'see what keeps checks from running: agent doctor',
  errors: (agent: AgentId): string => `repair what is left, commit it and run again; agent why ${agent} tells more`,
  interrupted: 'run again; finished work is kept',
} as const;

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(at: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(at)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/** `now`, `in 5 min`, `in 3 h`, `in 2 days`, and for what has been as `ago`. */
export function away(at: Date, now: Date): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  if (minutes < 0) return ago(at.toISOString(), now);
  if (minutes < 120) return minutes === 0 ? 'now' : `in ${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours} h` : `in ${Math.round(hours / 24)} days`;
}
