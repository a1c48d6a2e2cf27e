/** Why a push did not arrive: one word for the code, and for the person a sentence with the setting to change. */

/** Every way in which a push ends without having arrived. */
export type PushRefusal =
  | 'moved'
  | 'locked'
  | 'name-taken'
  | 'protected'
  | 'ruleset'
  | 'secret'
  | 'workflow-scope'
  | 'workflow-permission'
  | 'lfs'
  | 'too-large'
  | 'hook-declined'
  | 'archived'
  | 'denied'
  | 'unreachable'
  | 'silent'
  | 'timeout'
  | 'cancelled'
  | 'failed';

export interface PushAdvice {
  /** The next step to take. */
  readonly advice: string;
  /** Where GitHub keeps the setting, below the repository's address: `/settings/branches`; null when it is no setting of it. */
  readonly page: string | null;
  /** Whether the same commits may still arrive on a branch of their own, for a pull request. */
  readonly mayPropose: boolean;
}

/** What to do about each. */
export const PUSH_ADVICE: Readonly<Record<PushRefusal, PushAdvice>> = {
  moved: elsewhere('the branch has newer commits: fetch them and put the change on top'),
  locked: elsewhere('another push is under way on the server: try again in a moment'),
  'name-taken': elsewhere('another branch of the remote stands in the way of the name: rename or delete that one'),
  protected: {
    advice: 'the branch is protected: let this identity bypass its protection (Settings, Branches), or deliver by pull request',
    page: '/settings/branches',
    mayPropose: true,
  },
  ruleset: {
    advice: 'a ruleset keeps the branch: add this identity to its bypass list (Settings, Rules, Rulesets), or deliver by pull request',
    page: '/settings/rules',
    mayPropose: true,
  },
  secret: {
    advice: 'push protection found a secret in the commits: take it out of the file, or allow it by the link that GitHub gives',
    page: '/settings/security_analysis',
    mayPropose: false,
  },
  'workflow-scope': {
    advice:
      'the token may not change workflow files: give it the `workflow` scope (a fine-grained one: Workflows, read and write), or leave .github/workflows to people',
    page: null,
    mayPropose: false,
  },
  'workflow-permission': {
    advice:
      'the App may not change workflow files, and the token of Actions never may: use an App with the permission Workflows (read and write), or leave .github/workflows to people',
    page: null,
    mayPropose: false,
  },
  lfs: elsewhere('the commits name files of Git LFS that the server does not have: push them with `git lfs push --all`'),
  'too-large': elsewhere('a file is larger than the server takes: keep it in Git LFS, or out of the repository'),
  'hook-declined': { ...elsewhere('a hook on the server refused the commits: its own words say why'), mayPropose: true },
  archived: { advice: 'the repository is archived and read-only: unarchive it (Settings, General)', page: '/settings', mayPropose: false },
  denied: {
    advice:
      'the remote does not take this identity: let the token or key write to the repository (in Actions: `permissions: contents: write`, or Settings, Actions, Workflow permissions)',
    page: '/settings/actions',
    mayPropose: false,
  },
  unreachable: elsewhere('the remote did not answer: check the network and try again'),
  silent: elsewhere('the remote did not say a word, so nothing was pushed: try again when it answers'),
  timeout: elsewhere('the remote did not answer in time: look whether the push arrived before trying again'),
  cancelled: elsewhere('the push was cancelled before the remote had answered'),
  failed: elsewhere('git could not push: its own words say why'),
};

function elsewhere(advice: string): PushAdvice {
  return { advice, page: null, mayPropose: false };
}

type Rule = readonly [RegExp, PushRefusal];

// What the server's own text says about a "declined"; special words before general ones.
const SERVER_WORDS: readonly Rule[] = [
  [/refusing to allow (?:a GitHub App|an integration) to create or update/i, 'workflow-permission'],
  [/refusing to allow an? .* to (?:create or )?update workflow/i, 'workflow-scope'],
  [/GH009|Push cannot contain secrets/i, 'secret'],
  [/GH008|unknown Git LFS objects|LFS objects? .*missing/i, 'lfs'],
  [
    /GH001|exceeds GitHub's file size limit|larger than the maximum|exceeds? (?:the )?(?:maximum|file size|limit)|pack exceeds maximum/i,
    'too-large',
  ],
  [/GH013|repository rule violations/i, 'ruleset'],
  [/GH006|protected branch|not allowed to push code to protected/i, 'protected'],
  [/was archived so it is read-only/i, 'archived'],
  [/'[^']+' exists; cannot create '[^']+'|directory file conflict|directory\/file conflict/i, 'name-taken'],
  [/cannot lock ref .* is at .* but expected|incorrect old value provided|reference already exists/i, 'moved'],
  [/cannot lock ref|\.lock': File exists|failed to (?:update|lock)/i, 'locked'],
  [/Write access to repository not granted|has been marked as read only|Permission to \S+ denied|enforced SAML SSO/i, 'denied'],
  [/Internal Server Error/i, 'unreachable'],
];

/** The reason for one ref by git's summary of it; `followed`: it went down with another ref of an atomic push. */
export function refusalOfRef(summary: string, stderr: string): PushRefusal | 'followed' {
  if (/\(fetch first\)|\(non-fast-forward\)|\(stale info\)|\(needs force\)/.test(summary)) return 'moved';
  if (/remote failure|remote failed to report status/.test(summary)) return match(stderr) ?? 'unreachable';
  const own = match(summary);
  // A secret is refused as a violation of rules; which one it was only stands in the text.
  if (own === 'ruleset' && match(stderr) === 'secret') return 'secret';
  if (own !== null) return own;
  if (/atomic (?:push failed|transaction failed)|transaction failed/.test(summary)) return match(stderr) ?? 'followed';
  if (/hook declined|declined/.test(summary)) return match(stderr) ?? 'hook-declined';
  return match(stderr) ?? 'failed';
}

/** The reason for a push of which no ref was reported. */
export function refusalOfStderr(stderr: string): PushRefusal {
  return match(stderr) ?? 'failed';
}

function match(text: string): PushRefusal | null {
  return SERVER_WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

const SHOWN_WORDS = 8;
const SHOWN_CHARACTERS = 200;
/** Lines of the server that say nothing about the reason. */
const NOISE = /^(?:error: Trace: |[—–\-=*_\s]*$|Resolving deltas|Compressing objects|Counting objects|Processing changes)/i;

/** What the server itself said, without git's prefixes: at most eight lines; empty when it said nothing. */
export function serverWords(stderr: string): string[] {
  const words = stderr.split('\n').flatMap((line) => {
    const said = /^(?:remote:|ERROR:)(.*)$/.exec(line.replaceAll('\r', ''))?.[1]?.trim() ?? '';
    const text = said.replace(/^error:\s*/i, '').replace(/^[—\s]+|[—\s]+$/g, '');
    return text === '' || NOISE.test(said) ? [] : [text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text];
  });
  const distinct = [...new Set(words)];
  return distinct.length > SHOWN_WORDS ? [...distinct.slice(0, SHOWN_WORDS - 1), '…'] : distinct;
}
