/** Check runs and commit statuses on the GitHub double: each request is held against GitHub's own description. */
import { describe, expect, it } from 'vitest';
import { publishChecks } from '../../github/check-runs.ts';
import { conclusionOf, statusOf, type CheckRunFacts } from '../../github/check-facts.ts';
import { annotationsOf, summaryOf, titleOf } from '../../github/check-run-text.ts';
import { checkFacts, checkFinding, checkFindings, RUN_ID } from '../support/check-facts.ts';
import { ALL_PERMISSIONS, startGitHub, type FakeGitHub } from '../support/github/start-github.ts';

const OTHER_RUN = RUN_ID.replace(/1$/, '2');
const failed = (findings: CheckRunFacts['findings'], more: Partial<CheckRunFacts> = {}) =>
  checkFacts({ outcome: 'failed', reason: 'errors-left', hasErrors: true, sentence: 'failed; errors left', findings, ...more });

/** What the double was asked since the last call, reads left out. */
function writes(double: FakeGitHub): string[] {
  return double.lines.filter((line) => !line.startsWith('GET '));
}

describe('a check run', () => {
  it('is made for each agent, with title, summary, link and the lines that are meant', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    const published = await publishChecks(double.open(), {
      sha,
      runs: [
        checkFacts({ agent: 'docs' }),
        failed([checkFinding(), checkFinding({ path: 'README.md', line: null, column: null, severity: 'warning' })], {
          checks: [{ title: 'ESLint', sentence: 'failed; 1 error left', command: 'npx eslint .' }],
        }),
      ],
    });
    expect(published).toEqual({ how: 'check-runs', reason: null });
    const { checkRuns } = double.repository();
    expect(checkRuns).toMatchObject([
      { sha, name: 'upkeep/docs', status: 'completed', conclusion: 'success', externalId: RUN_ID, title: 'passed', annotations: [] },
      {
        sha,
        name: 'upkeep/backend',
        conclusion: 'failure',
        detailsUrl: 'https://github.com/acme/site/actions/runs/7',
        title: 'failed; errors left',
        startedAt: new Date('2026-01-02T12:00:00.000Z'),
        completedAt: new Date('2026-01-02T12:00:05.000Z'),
        annotations: [
          {
            path: 'src/a.ts',
            start_line: 3,
            end_line: 3,
            start_column: 1,
            annotation_level: 'failure',
            title: 'ESLint: no-var',
            message: 'Unexpected var.',
          },
          { path: 'README.md', start_line: 1, end_line: 1, annotation_level: 'warning' },
        ],
      },
    ]);
    expect(checkRuns[1]?.summary).toContain('| ESLint | failed; 1 error left |');
    expect(checkRuns[1]?.summary).toContain('```sh\nnpx eslint .\n```');
  });

  it('gets its annotations in batches of 50, and 500 at most', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    await publishChecks(double.open(), { sha, runs: [failed(checkFindings(120))] });
    const [run] = double.repository().checkRuns;
    expect(writes(double)).toEqual([
      'POST /repos/acme/site/check-runs 201',
      `PATCH /repos/acme/site/check-runs/${run?.id} 200`,
      `PATCH /repos/acme/site/check-runs/${run?.id} 200`,
    ]);
    expect(run?.annotations.map(({ message }) => message)).toEqual(checkFindings(120).map(({ message }) => message));
    await publishChecks(double.open(), { sha, runs: [failed(checkFindings(730), { agent: 'qa' })] });
    const qa = double.repository().checkRuns[1];
    expect(qa?.annotations).toHaveLength(500);
    expect(qa?.summary).toContain('230 more findings are not shown on their lines.');
  });

  it('that is published again says nothing twice', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    const runs = [failed(checkFindings(60)), checkFacts({ agent: 'docs' })];
    await publishChecks(double.open(), { sha, runs });
    const before = writes(double).length;
    expect(await publishChecks(double.open(), { sha, runs })).toEqual({ how: 'check-runs', reason: null });
    expect(writes(double)).toHaveLength(before);
    expect(double.repository().checkRuns).toHaveLength(2);
  });

  it('that was broken off gets the annotations that it lacks', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    double.failNext({ on: /^PATCH/, status: 502 });
    const broken = await publishChecks(double.open(), { sha, runs: [failed(checkFindings(120))] });
    expect(broken).toMatchObject({ how: 'none', reason: expect.stringContaining('a fault of its own (502)') as string });
    expect(double.repository().checkRuns[0]?.annotations).toHaveLength(50);
    await publishChecks(double.open(), { sha, runs: [failed(checkFindings(120))] });
    const messages = double.repository().checkRuns[0]?.annotations.map(({ message }) => message);
    expect(messages).toEqual(checkFindings(120).map(({ message }) => message));
    expect(double.repository().checkRuns).toHaveLength(1);
  });

  it('of a later run on the same commit takes the place of the earlier one', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    await publishChecks(double.open(), {
      sha,
      runs: [checkFacts({ outcome: 'errored', reason: 'network', sentence: 'could not be carried out' })],
    });
    await publishChecks(double.open(), { sha, runs: [checkFacts({ runId: OTHER_RUN })] });
    expect(double.repository().checkRuns).toMatchObject([{ conclusion: 'success', externalId: OTHER_RUN, title: 'passed' }]);
  });

  it('of a later run does not keep the annotations of the earlier one, which GitHub cannot remove', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    await publishChecks(double.open(), { sha, runs: [failed(checkFindings(2))] });
    await publishChecks(double.open(), { sha, runs: [checkFacts({ runId: OTHER_RUN })] });
    const shown = await double.open().rest.checks.listForRef({ owner: 'acme', repo: 'site', ref: sha });
    expect(shown.data.check_runs).toMatchObject([{ conclusion: 'success', output: { annotations_count: 0 } }]);
  });

  it('of an agent that was skipped does not hide what its run said on that commit', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    const skipped = checkFacts({ runId: '', outcome: 'skipped', reason: 'not-due', sentence: 'skipped – not due yet' });
    await publishChecks(double.open(), { sha, runs: [failed(checkFindings(1)), { ...skipped, agent: 'docs' }] });
    await publishChecks(double.open(), { sha, runs: [skipped, { ...skipped, agent: 'docs' }] });
    expect(double.repository().checkRuns).toMatchObject([
      { name: 'upkeep/backend', conclusion: 'failure' },
      { name: 'upkeep/docs', conclusion: 'skipped' },
    ]);
  });

  it('is found among many of others', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    await publishChecks(double.open(), { sha, runs: [checkFacts()] });
    const [own] = double.repository().checkRuns;
    if (own === undefined) throw new Error('no check run was made');
    for (let number = 0; number < 150; number += 1) {
      double.repository().checkRuns.push({ ...own, id: 10_000 + number, name: `ci/${number}`, externalId: '' });
    }
    await publishChecks(double.open(), { sha, runs: [checkFacts()] });
    expect(double.repository().checkRuns.filter(({ name }) => name === 'upkeep/backend')).toHaveLength(1);
  });
});

describe('without the permission for check runs', () => {
  it('a workflow sets commit statuses, and says so', async () => {
    const { checks: _, ...permissions } = ALL_PERMISSIONS;
    await using double = await startGitHub({ tokens: { t: { permissions } } });
    const sha = await double.repository().head();
    const runs = [
      checkFacts(),
      failed(checkFindings(3), { agent: 'qa' }),
      checkFacts({ agent: 'docs', outcome: 'errored', reason: 'network' }),
    ];
    const published = await publishChecks(double.open(), { sha, runs });
    expect(published.how).toBe('statuses');
    expect(published.reason).toContain('the token may not make check runs, so commit statuses stand in for them');
    expect(double.repository().statuses).toMatchObject([
      { sha, context: 'upkeep/backend', state: 'success', description: 'passed', targetUrl: 'https://github.com/acme/site/actions/runs/7' },
      { sha, context: 'upkeep/qa', state: 'failure', description: 'failed; errors left' },
      { sha, context: 'upkeep/docs', state: 'error' },
    ]);
    await publishChecks(double.open(), { sha, runs });
    expect(double.repository().statuses).toHaveLength(3);
    await publishChecks(double.open(), { sha, runs: [checkFacts({ agent: 'qa', runId: OTHER_RUN, sentence: 'p'.repeat(300) })] });
    expect(double.repository().statuses).toHaveLength(4);
    expect(double.repository().statuses[3]).toMatchObject({ context: 'upkeep/qa', state: 'success', description: `${'p'.repeat(139)}…` });
  });
  it('the token of a person sets them too, since check runs belong to Apps', async () => {
    await using double = await startGitHub({ tokens: { t: { kind: 'classic', login: 'acme', scopes: ['repo'] } } });
    const sha = await double.repository().head();
    expect(await publishChecks(double.open(), { sha, runs: [checkFacts()] })).toMatchObject({ how: 'statuses' });
    expect(double.repository().statuses).toMatchObject([{ context: 'upkeep/backend' }]);
  });
  it('they are set at once where that is preferred', async () => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    expect(await publishChecks(double.open(), { sha, runs: [checkFacts()], prefer: 'statuses' })).toEqual({
      how: 'statuses',
      reason: null,
    });
    expect(double.lines.filter((line) => line.includes('check-runs'))).toEqual([]);
  });
  it('nor for commit statuses, nothing is published and the reason names both', async () => {
    await using double = await startGitHub({ tokens: { t: { permissions: { contents: 'read', metadata: 'read' } } } });
    const sha = await double.repository().head();
    const published = await publishChecks(double.open(), { sha, runs: [checkFacts()] });
    expect(published).toMatchObject({
      how: 'none',
      reason: expect.stringContaining('(checks: write) nor commit statuses (statuses: write)') as string,
    });
  });
});

describe('when GitHub cannot', () => {
  it.for([
    ['is down', (double: FakeGitHub) => double.down(), /could not be reached|ECONN|socket/],
    ['has reached a limit', (double: FakeGitHub) => double.limit(0, 3600), /rate limit/],
  ] as const)('%s, nothing is thrown', async ([, break_, reason]) => {
    await using double = await startGitHub();
    const sha = await double.repository().head();
    break_(double);
    expect(await publishChecks(double.open(), { sha, runs: [checkFacts()] })).toMatchObject({
      how: 'none',
      reason: expect.stringMatching(reason) as string,
    });
  });
  it('know the commit, the reason says so', async () => {
    await using double = await startGitHub();
    const published = await publishChecks(double.open(), { sha: 'a'.repeat(40), runs: [checkFacts()] });
    expect(published).toMatchObject({ how: 'none', reason: expect.stringMatching(/commit/i) as string });
  });
  it('nothing is asked when there is nothing to say', async () => {
    await using double = await startGitHub();
    expect(await publishChecks(double.open(), { sha: 'a'.repeat(40), runs: [] })).toEqual({ how: 'none', reason: null });
    expect(double.log).toEqual([]);
  });
});

describe('how a run ends on GitHub', () => {
  it.for<[Partial<CheckRunFacts>, string, string]>([
    [{ outcome: 'passed' }, 'success', 'success'],
    [{ outcome: 'fixed', isRepaired: true }, 'success', 'success'],
    [{ outcome: 'fixed', isRepaired: false }, 'neutral', 'success'],
    [{ outcome: 'failed', reason: 'errors-left', hasErrors: true }, 'failure', 'failure'],
    [{ outcome: 'errored', reason: 'tool-crashed' }, 'failure', 'error'],
    [{ outcome: 'errored', reason: 'timeout' }, 'timed_out', 'error'],
    [{ outcome: 'cancelled', reason: 'interrupted' }, 'cancelled', 'error'],
    [{ outcome: 'skipped', reason: 'unchanged' }, 'success', 'success'],
    [{ outcome: 'skipped', reason: 'unchanged', hasErrors: true }, 'failure', 'failure'],
    [{ outcome: 'skipped', reason: 'tripped', hasErrors: true }, 'failure', 'failure'],
    [{ outcome: 'skipped', reason: 'in-error' }, 'failure', 'error'],
    [{ outcome: 'skipped', reason: 'paused' }, 'skipped', 'success'],
    [{ outcome: 'skipped', reason: 'paused', hasErrors: true }, 'failure', 'failure'],
    [{ outcome: 'skipped', reason: 'not-applicable' }, 'skipped', 'success'],
  ])('%o: %s, as a status %s', ([facts, conclusion, status]) => {
    expect(conclusionOf(checkFacts(facts))).toBe(conclusion);
    expect(statusOf(checkFacts(facts))).toBe(status);
  });
});

describe('what came from the repository', () => {
  const evil = '@everyone closes #1 <img src=x> | [a](javascript:x) \u202e \x1b[31m `x` ${{ secrets.T }}';
  it('calls nobody and is no markup in the summary', () => {
    const summary = summaryOf(
      failed([checkFinding({ path: null, message: evil, rule: evil })], {
        notes: [evil],
        checks: [{ title: evil, sentence: evil, command: '```\n@everyone' }],
      }),
    );
    const outsideCode = summary.replace(/(`+)(?:(?!\1)[\s\S])*?\1/g, '');
    expect(outsideCode).not.toContain('@everyone');
    expect(outsideCode).not.toContain('<img');
    expect(outsideCode).not.toMatch(/#\d/);
    expect(summary).not.toMatch(/[\u202e\x1b]/);
    expect(summary.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  });
  it('fits what GitHub takes, however much it is', () => {
    const facts = failed(
      Array.from({ length: 600 }, () => checkFinding({ path: null, message: 'm'.repeat(5000), rule: 'r'.repeat(500) })),
      { sentence: 's'.repeat(5000), notes: Array.from({ length: 500 }, () => 'n'.repeat(5000)) },
    );
    expect(summaryOf(facts).length).toBeLessThanOrEqual(60_000);
    expect(titleOf(facts)).toHaveLength(200);
    const [one] = annotationsOf(failed([checkFinding({ message: 'm'.repeat(100_000), rule: 'r'.repeat(1000), line: 0, column: 0 })]));
    expect(one).toMatchObject({ start_line: 1, message: expect.stringMatching(/^m{3999}…$/) as string });
    expect(one?.title.length).toBeLessThanOrEqual(255);
    expect(one).not.toHaveProperty('start_column');
  });
});
