import { describe, expect, it } from 'vitest';
import { GitHubError } from '../../github/github-error.ts';
import { startGitHub } from '../support/github/start-github.ts';

const PATIENT = { patience: { retries: 2, throttle: false, secondMs: 1 } } as const;

describe('a GitHub that does not answer', () => {
  it('is waited for once, and each further call fails at once', async () => {
    await using double = await startGitHub();
    let sent = 0;
    const github = double.open({ ...PATIENT, fetch: (...asked) => ((sent += 1), fetch(...asked)) });
    const place = { owner: github.owner, repo: github.repo };
    double.down();
    const first = await github.rest.repos.get(place).catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 'network' });
    expect(sent).toBe(3);
    const second = await github.rest.issues.listForRepo(place).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(GitHubError);
    expect(second).toMatchObject({ code: 'network', isTransient: true });
    expect(sent).toBe(3);
  });

  it('is asked again when a single answer was lost', async () => {
    await using double = await startGitHub();
    const github = double.open(PATIENT);
    const place = { owner: github.owner, repo: github.repo };
    double.failNext({ on: 'POST /repos/acme/site/issues', how: 'reset' });
    await expect(github.rest.issues.create({ ...place, title: 'a' })).rejects.toMatchObject({ code: 'network' });
    expect((await github.rest.repos.get(place)).status).toBe(200);
  });
});
