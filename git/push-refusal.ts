/** Why a push did not arrive, in one word for the code and one sentence for the person. */
export type PushRefusal =
  | 'moved'
  | 'locked'
  | 'protected'
  | 'denied'
  | 'unreachable'
  | 'timeout'
  | 'cancelled'
  | 'hook-declined'
  | 'lfs'
  | 'too-large'
  | 'workflow-scope'
  | 'failed';

/** The next step to take. */
export const PUSH_ADVICE: Readonly<Record<PushRefusal, string>> = {
  moved: 'the branch has newer commits: fetch them and put the change on top',
  locked: 'another push is under way on the server: try again in a moment',
  protected: 'the branch is protected: allow this identity to push to it, or deliver by pull request',
  denied: 'the remote does not take this identity: check that the token or key may write to the repository',
  unreachable: 'the remote did not answer: check the network and try again',
  timeout: 'the remote did not answer in time: look whether the push arrived before trying again',
  cancelled: 'the push was cancelled before the remote had answered',
  'hook-declined': 'a hook on the server refused the commits: its own words say why',
  lfs: 'the commits name files of Git LFS that the server does not have: push them with `git lfs push`',
  'too-large': 'a file is larger than the server takes',
  'workflow-scope': 'the token may not change workflow files: give it the `workflow` scope, or leave .github/workflows to people',
  failed: 'git could not push: its own words say why',
};

type Rule = readonly [RegExp, PushRefusal];

// What the server's own text says about a "declined"; special words before general ones.
const SERVER_WORDS: readonly Rule[] = [
  [/refusing to allow an? .* to (?:create or )?update workflow/i, 'workflow-scope'],
  [/GH008|unknown Git LFS objects|LFS objects? .*missing/i, 'lfs'],
  [
    /GH001|exceeds GitHub's file size limit|larger than the maximum|exceeds? (?:the )?(?:maximum|file size|limit)|pack exceeds maximum/i,
    'too-large',
  ],
  [/GH006|GH013|protected branch|repository rule violations|not allowed to push code to protected/i, 'protected'],
  [/cannot lock ref .* is at .* but expected|incorrect old value provided|reference already exists/i, 'moved'],
  [/cannot lock ref|\.lock': File exists|failed to (?:update|lock)/i, 'locked'],
];

/** The reason for one ref by git's summary of it; `followed`: it went down with another ref of an atomic push. */
export function refusalOfRef(summary: string, stderr: string): PushRefusal | 'followed' {
  if (/\(fetch first\)|\(non-fast-forward\)|\(stale info\)|\(needs force\)/.test(summary)) return 'moved';
  if (/remote failure|remote failed to report status/.test(summary)) return match(stderr) ?? 'unreachable';
  const own = match(summary);
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
