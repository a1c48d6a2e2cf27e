import { describe, expect, it } from 'vitest';
import { GitHubError } from '../../github/github-error.ts';
import type { GitHubErrorCode } from '../../github/github-error.ts';
import { explainPullRequestFailure } from '../../github/pull-request-failure.ts';

const PLACE = { pages: 'https://github.com/acme/site', head: 'upkeep/docs--a&b', target: 'a&b' };

function explain(code: GitHubErrorCode, message: string): ReturnType<typeof explainPullRequestFailure> {
  return explainPullRequestFailure(new GitHubError(code, message), PLACE);
}

describe('a pull request that GitHub does not take', () => {
  it('is explained with the box to tick and the page to open it by hand', () => {
    expect(
      explain('forbidden', 'POST /pulls: GitHub refused (403: GitHub Actions is not permitted to create or approve pull requests.)'),
    ).toEqual({
      isTransient: false,
      reason: 'GitHub Actions may not open pull requests in this repository',
      advice: expect.stringMatching(
        /"Allow GitHub Actions to create and approve pull requests" at https:\/\/github\.com\/acme\/site\/settings\/actions .*compare\/a%26b\.\.\.upkeep\/docs--a%26b\?expand=1$/,
      ) as string,
    });
  });

  it.each(['forbidden', 'not-found'] as const)('asks for the permission when it is %s', (code) => {
    expect(explain(code, 'no')).toMatchObject({ isTransient: false, advice: expect.stringContaining('pull-requests: write') as string });
  });

  it.each(['outage', 'network', 'timeout', 'rate-limited'] as const)('is tried again by the next run after %s', (code) => {
    expect(explain(code, 'away')).toMatchObject({ isTransient: true, reason: 'away' });
  });

  it('is tried again when its commits have just arrived', () => {
    expect(explain('invalid', 'Validation Failed: No commits between main and upkeep/docs')).toMatchObject({ isTransient: true });
  });

  it.each(['archived', 'moved', 'bad-credentials', 'invalid'] as const)("is told in GitHub's own words when it is %s", (code) => {
    expect(explain(code, 'words')).toEqual({ isTransient: false, reason: 'words', advice: null });
  });
});
