import { describe, expect, it } from 'vitest';
import type { GitHub, WaitFacts } from '../../github/client.ts';
import { GitHubError } from '../../github/github-error.ts';
import { createWaitBudget } from '../../github/wait-budget.ts';
import { failureOf } from '../support/github/failure-of.ts';
import { startGitHub } from '../support/github/start-github.ts';

const AT = { owner: 'acme', repo: 'site' };
const list = (github: GitHub): Promise<unknown> => github.rest.issues.listForRepo(AT);

describe('waiting for limits', () => {
  it('is bounded for all doors of a run together, and the limit holds for what follows', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 403, body: { message: 'You have exceeded a secondary rate limit' }, times: 100 });
    const waits: WaitFacts[] = [];
    const budget = createWaitBudget();
    const patience = { retries: 2, throttle: true, secondMs: 1 };
    const open = (): GitHub => double.open({ patience, waits: budget, onWait: (facts) => waits.push(facts) });
    expect(await failureOf(list(open()))).toMatchObject({ code: 'rate-limited', isTransient: true });
    const requests = double.log.length;
    expect(await failureOf(open().rest.checks.create({ ...AT, name: 'x', head_sha: 'a'.repeat(40) }))).toMatchObject({
      code: 'rate-limited',
    });
    expect(await failureOf(list(open()))).toMatchObject({ code: 'rate-limited' });
    expect(waits.map(({ seconds }) => seconds)).toEqual([60]);
    expect(double.log).toHaveLength(requests);
  });

  it('begins anew later', () => {
    let now = 0;
    const budget = createWaitBudget(() => now);
    expect([budget.take(60), budget.take(60), budget.take(30), budget.take(1)]).toEqual([true, false, true, false]);
    budget.reached('rest', new GitHubError('rate-limited', 'used up'));
    expect([budget.holds('rest')?.message, budget.holds('graphql')]).toEqual(['used up', null]);
    now += 16 * 60_000;
    expect([budget.take(60), budget.holds('rest')]).toEqual([true, null]);
  });
});
