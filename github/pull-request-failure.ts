/** Why GitHub keeps a pull request from an agent, with the setting to change. Pure. */
import type { GitHubError } from './github-error.ts';

export interface PullRequestFailure {
  /** Whether it may go well soon. */
  readonly isTransient: boolean;
  readonly reason: string;
  /** The next step for the person, with a link; null where there is none to take. */
  readonly advice: string | null;
}

/** `pages`: address of the repository's pages; `head` and `target`: the branches, both there already. */
export function explainPullRequestFailure(
  error: GitHubError,
  place: { readonly pages: string; readonly head: string; readonly target: string },
): PullRequestFailure {
  const { message, code } = error;
  if (error.isTransient) return { isTransient: true, reason: message, advice: 'the next run tries again' };
  const byHand = `${place.pages}/compare/${encode(place.target)}...${encode(place.head)}?expand=1`;
  if (/not permitted to create or approve pull requests/i.test(message)) {
    return {
      isTransient: false,
      reason: 'GitHub Actions may not open pull requests in this repository',
      advice:
        `tick "Allow GitHub Actions to create and approve pull requests" at ${place.pages}/settings/actions ` +
        `(an organisation has to allow it first), or give Upkeep a token of its own; until then open it by hand: ${byHand}`,
    };
  }
  if (/no commits between/i.test(message)) {
    return { isTransient: true, reason: `${place.target} has all that ${place.head} has`, advice: 'the next run looks again' };
  }
  if (code === 'forbidden' || code === 'not-found') {
    return {
      isTransient: false,
      reason: message,
      advice: `let the token write pull requests (in Actions: \`permissions: pull-requests: write\`); until then open it by hand: ${byHand}`,
    };
  }
  return { isTransient: false, reason: message, advice: null };
}

function encode(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/');
}
