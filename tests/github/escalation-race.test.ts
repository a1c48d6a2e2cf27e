import { describe, expect, it } from 'vitest';
import { closeEscalation, escalate } from '../../github/escalation.ts';
import { closeAsk, factsOf, findingNamed, policyOf } from '../support/escalation-facts.ts';
import { startGitHub, type FakeGitHub } from '../support/github/start-github.ts';

const RUNNERS = [1, 2, 3, 4, 5, 6];

/** Each with a door of its own, as on machines of their own; none goes on before all have seen how it is. */
function together<T>(double: FakeGitHub, act: (github: ReturnType<FakeGitHub['open']>, runner: number) => Promise<T>): Promise<T[]> {
  const everyoneLooked = Promise.withResolvers<void>();
  let looked = 0;
  const opened = () => {
    let isFirst = true;
    return double.open({
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (!isFirst) return answer;
        isFirst = false;
        looked += 1;
        if (looked === RUNNERS.length) everyoneLooked.resolve();
        await everyoneLooked.promise;
        return answer;
      },
    });
  };
  return Promise.all(RUNNERS.map((runner) => act(opened(), runner)));
}

const run = (id: string, sequence: number) => ({ ...factsOf().run, id, sequence });

describe('six runners at the same moment', () => {
  it('end with one open issue, the oldest, and all of them know its number', async () => {
    await using double = await startGitHub();
    const results = await together(double, (github, runner) => escalate(github, factsOf({ run: run(`run-${runner}`, 10) }), policyOf()));
    const { issues } = double.repository();
    expect(issues).toHaveLength(RUNNERS.length);
    expect(issues.filter(({ state }) => state === 'open').map(({ number }) => number)).toEqual([1]);
    expect(new Set(results.map(({ number }) => number))).toEqual(new Set([1]));
    for (const { stateReason, body } of issues.slice(1)) {
      expect(stateReason).toBe('not_planned');
      expect(body).toContain('Duplicate of #1');
    }
    expect(issues.flatMap(({ comments }) => comments)).toEqual([]);
  });

  it('bring it up to date with one comment', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    const findings = [findingNamed('another')];
    await together(double, (github, runner) => escalate(github, factsOf({ findings, run: run(`run-${runner}`, 11) }), policyOf()));
    expect(double.repository().issues).toHaveLength(1);
    expect(double.lines.filter((line) => /^POST .*comments 201$/.test(line))).toHaveLength(RUNNERS.length);
    expect(double.repository().issue(1).comments).toHaveLength(1);
  });

  it('close it with one comment, and open it again with one', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    const issue = double.repository().issue(1);
    await together(double, (github, runner) => closeEscalation(github, closeAsk({ run: run(`run-${runner}`, 20) }), policyOf()));
    expect(issue).toMatchObject({ state: 'closed', comments: { length: 1 } });
    const since = { commit: null, at: '2026-03-02T10:00:00.000Z' };
    await together(double, (github, runner) => escalate(github, factsOf({ since, run: run(`run-${runner}`, 30) }), policyOf()));
    expect(issue).toMatchObject({ state: 'open', comments: { length: 2 } });
    expect(double.repository().issues).toHaveLength(1);
  });

  it('that were cut off half-way leave duplicates that the next one closes', async () => {
    await using double = await startGitHub();
    const open = () => double.repository().issues.filter(({ state }) => state === 'open');
    double.failNext({ on: /^PATCH/, how: 'reset', times: 15 });
    await together(double, (github) => escalate(github, factsOf(), policyOf()));
    expect(open().length).toBeGreaterThan(1);
    // Whatever is left of the faults.
    for (let tries = 0; open().length > 1 && tries < 20; tries += 1) await escalate(double.open(), factsOf(), policyOf());
    expect(open().map(({ number }) => number)).toEqual([1]);
  });

  it('of six agents open six issues', async () => {
    await using double = await startGitHub();
    const agents = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'] as const;
    await Promise.all(agents.map((agent) => escalate(double.open(), factsOf({ agent }), policyOf())));
    expect(double.repository().issues.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'open'));
  });
});
