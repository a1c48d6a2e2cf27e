import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GitHub } from '../../github/client.ts';
import { rehearsingFetch } from '../../github/rehearsal.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { carryOutEscalations } from '../../scheduler/carry-out-escalations.ts';
import { planEscalations } from '../../scheduler/escalate.ts';
import { heldSentence } from '../../scheduler/held-sentence.ts';
import { JOB, type Asking } from '../../scheduler/refused-escalations.ts';
import { policyOf } from '../support/escalation-facts.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { startGitHub } from '../support/github/start-github.ts';
import { at, completed, failed, finding, originAt, tripped } from '../support/ledger-events.ts';

const speak = { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 };

/** A ledger and the runs that follow each other: what each of them tells GitHub is remembered. */
function history() {
  let as: Partial<Asking> = {};
  let off: readonly AgentId[] = [];
  let state: LedgerState = emptyState();
  const append = (events: readonly UpkeepEvent[]): void => {
    for (const event of events) state = fold(state, { sequence: state.sequence + 1, events: [event] });
  };
  return {
    /** Who asks from now on, and how. */
    asking: (change: Partial<Asking>): void => {
      as = change;
    },
    /** Which agents the configuration turns off from now on. */
    turnOff: (...agents: readonly AgentId[]): void => {
      off = agents;
    },
    get state() {
      return state;
    },
    /** What happened, then what is said of it at `minutes`. */
    run: async (github: GitHub, minutes: number, ...events: readonly UpkeepEvent[]): Promise<readonly string[]> => {
      append(events);
      const asking = { asker: 'one', isForced: false, ...as };
      const plans = planEscalations({
        state,
        defaultBranch: 'main',
        policy: speak,
        speaks: true,
        now: at(minutes),
        ran: null,
        here: { attempt: 1, runUrl: null, webUrl: null },
        off: { branch: 'main', agents: off },
        asking,
      });
      const held = heldSentence(plans, speak);
      const doing = { github, policy: policyOf({ now: at(minutes) }), origin: originAt(minutes), asker: asking.asker ?? 'nobody' };
      const told = await carryOutEscalations(plans, doing);
      append(told.events);
      return [...(held === null ? [] : [held]), ...told.sentences];
    },
  };
}

const red = (minutes: number, name = 'a') => failed({ minutes, findings: [finding(name)], key: name });
const named = (minutes: number, name: string) =>
  failed({ minutes, errors: 1, key: name, findings: [{ ...finding(name), fingerprint: name }] });
const docs = (minutes: number) => [
  failed({ minutes: minutes - 1, agentId: 'docs' }),
  failed({ minutes, agentId: 'docs' }),
  tripped({ minutes, agentId: 'docs' }),
];

describe('runs that tell GitHub', () => {
  it('open an issue after red and red, ask nothing while it lasts, and close it after green', async () => {
    await using double = await startGitHub();
    const github = double.open();
    const ledger = history();
    expect(await ledger.run(github, 1, red(1))).toEqual([]);
    expect(await ledger.run(github, 2, red(2), tripped({ minutes: 2 }))).toEqual([
      expect.stringMatching(/^an issue is open for backend on main: .*\/issues\/1$/),
    ]);
    const before = double.lines.length;
    expect(await ledger.run(github, 7, red(7))).toEqual([]);
    expect(await ledger.run(github, 8)).toEqual([]);
    expect(double.lines.length - before).toBe(0);
    expect(await ledger.run(github, 9, completed({ minutes: 9 }))).toEqual([
      expect.stringMatching(/^the issue for backend on main is closed: .*\/issues\/1$/),
    ]);
    expect(double.repository().issue(1)).toMatchObject({ state: 'closed', comments: { length: 1 } });
    expect(ledger.state.outbox).toEqual([]);
    expect(await ledger.run(github, 20, red(19), red(20), tripped({ minutes: 20 }))).toEqual([expect.stringContaining('is open again')]);
    expect(double.repository().issues).toHaveLength(1);
  });

  it('say everything once when GitHub was away for three of them', async () => {
    await using double = await startGitHub();
    const github = double.open();
    const ledger = history();
    double.down();
    const first = await ledger.run(github, 2, named(1, 'a'), named(2, 'a'), tripped({ minutes: 2 }), ...docs(2));
    expect(first).toEqual([expect.stringMatching(/^GitHub could not be told of backend on main, docs on main: .*; the next run says it$/)]);
    await ledger.run(github, 7, named(7, 'b'));
    await ledger.run(github, 8, completed({ minutes: 8, agentId: 'docs' }));
    expect(ledger.state.outbox).toMatchObject([{ action: 'escalate', agent: 'backend' }]);
    double.up();
    await ledger.run(github, 9);
    await ledger.run(github, 10);
    const { issues } = double.repository();
    expect(issues.map(({ title, comments, body }) => [title, comments.length, body?.includes('| b |')])).toEqual([
      ['Upkeep: Backend fails on main', 0, true],
    ]);
    expect(ledger.state.outbox).toEqual([]);
  });

  it('stop at the first request that an outage swallows', async () => {
    await using double = await startGitHub();
    const ledger = history();
    double.failNext({ status: 503, times: 10 });
    await ledger.run(double.open(), 2, red(1), red(2), tripped({ minutes: 2 }), ...docs(2));
    expect(double.lines).toEqual(['GET /repos/acme/site/issues 503']);
  });

  it('do not ask again at once for what GitHub will not take, but when something else fails and after a day', async () => {
    await using double = await startGitHub({ tokens: { t: { permissions: { issues: 'read' } } } });
    const github = double.open();
    const ledger = history();
    const why = [expect.stringMatching(/^there is no issue for backend on main: .*issues: write/)];
    expect(await ledger.run(github, 2, named(1, 'a'), named(2, 'a'), tripped({ minutes: 2 }))).toEqual(why);
    const requests = double.lines.length;
    expect(await ledger.run(github, 7, named(7, 'a'))).toEqual([
      'nobody is told of backend on main: the token might not write issues; GitHub is asked again once a day, and at once with --force or another token',
    ]);
    expect(double.lines).toHaveLength(requests);
    expect(await ledger.run(github, 8, named(8, 'b'))).toEqual(why);
    expect(await ledger.run(github, 9 + 24 * 60)).toEqual(why);
    double.addToken('t', {});
    expect(await ledger.run(github, 10 + 48 * 60)).toEqual([expect.stringContaining('an issue is open')]);
  });

  it('keep a closing that a missing permission prevents, and try it again after a day', async () => {
    await using double = await startGitHub({ tokens: { t: {} } });
    const github = double.open();
    const ledger = history();
    await ledger.run(github, 2, red(1), red(2), tripped({ minutes: 2 }));
    double.addToken('t', { permissions: { issues: 'read' } });
    const why = [expect.stringMatching(/^the issue for backend on main could not be closed: .*issues: write/)];
    expect(await ledger.run(github, 5, completed({ minutes: 5 }))).toEqual(why);
    expect(await ledger.run(github, 6)).toEqual([
      'the issue for backend on main is still open: the token might not write issues; GitHub is asked again once a day, and at once with --force or another token',
    ]);
    expect(await ledger.run(github, 5 + 24 * 60)).toEqual(why);
    double.addToken('t', {});
    await ledger.run(github, 6 + 48 * 60);
    expect(double.repository().issue(1)).toMatchObject({ state: 'closed' });
    expect(ledger.state.outbox).toEqual([]);
  });

  it.each<[string, Partial<Asking>]>([
    ['by --force', { isForced: true }],
    ['with another token', { asker: 'two' }],
  ])('ask at once %s for what GitHub would not take', async (_how, asking) => {
    await using double = await startGitHub({ repositories: { 'acme/site': { hasIssues: false } } });
    const github = double.open();
    const ledger = history();
    expect(await ledger.run(github, 2, red(1), red(2), tripped({ minutes: 2 }))).toEqual([expect.stringContaining('are turned off')]);
    double.repository().settings.hasIssues = true;
    expect(await ledger.run(github, 3)).toEqual([expect.stringMatching(/^nobody is told of backend on main: issues were turned off/)]);
    ledger.asking(asking);
    expect(await ledger.run(github, 4)).toEqual([expect.stringContaining('an issue is open')]);
    expect(await ledger.run(github, 5)).toEqual([]);
  });

  it.each([
    ['the page of a proxy', 'one', { status: 200, body: '<html>maintenance</html>' }],
    ['a 401 for the token of a job', JOB, { status: 401, body: { message: 'Bad credentials' } }],
  ])('say after %s in the next run what they could not say', async (_what, asker, fault) => {
    await using double = await startGitHub();
    const ledger = history();
    ledger.asking({ asker });
    double.failNext({ on: /issues$/, ...fault });
    const first = await ledger.run(double.open(), 2, red(1), red(2), tripped({ minutes: 2 }));
    expect(first).toEqual([expect.stringMatching(/^GitHub could not be told of backend on main: .*; the next run says it$/)]);
    expect(await ledger.run(double.open(), 3)).toEqual([expect.stringContaining('an issue is open')]);
  });

  it('close once, as not planned, the issue of an agent that was turned off, and open it again when it is on and fails', async () => {
    await using double = await startGitHub();
    const github = double.open();
    const ledger = history();
    await ledger.run(github, 2, red(1), red(2), tripped({ minutes: 2 }));
    ledger.turnOff('backend');
    expect(await ledger.run(github, 3)).toEqual([expect.stringContaining('the issue for backend on main is closed')]);
    const issue = double.repository().issue(1);
    expect(issue).toMatchObject({ state: 'closed', stateReason: 'not_planned' });
    expect(issue.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('Backend was turned off by the configuration (`agents.backend.enabled`)'),
    ]);
    expect(await ledger.run(github, 4)).toEqual([]);
    ledger.turnOff();
    expect(await ledger.run(github, 5, red(5))).toEqual([expect.stringContaining('is open again')]);
  });

  it('only rehearsed say that an issue would be opened, and in which file it is', async () => {
    await using double = await startGitHub();
    await using folder = await temporaryFolder();
    const state = fold(emptyState(), { sequence: 1, events: [red(1), red(2), tripped({ minutes: 2 })] });
    const here = { attempt: 1, runUrl: null, webUrl: null };
    const plans = planEscalations({ state, defaultBranch: 'main', policy: speak, speaks: true, now: at(3), ran: null, here });
    const github = double.open({ fetch: rehearsingFetch(folder.path, fetch) });
    const ask = { github, policy: policyOf({ now: at(3) }), origin: originAt(3), asker: 'one', isRehearsal: true };
    expect((await carryOutEscalations(plans, ask)).sentences).toEqual([
      `an issue would be opened for backend on main: ${join(folder.path, '002-POST-issues.md')}`,
    ]);
  });

  it('try words again that GitHub would not take in an issue that is open', async () => {
    await using double = await startGitHub({ tokens: { t: {} } });
    const ledger = history();
    await ledger.run(double.open(), 2, named(1, 'a'), named(2, 'a'), tripped({ minutes: 2 }));
    double.addToken('t', { permissions: { issues: 'read' } });
    expect(await ledger.run(double.open(), 3, named(3, 'b'))).toEqual([expect.stringContaining('issues: write')]);
    double.addToken('t', {});
    expect(await ledger.run(double.open(), 4)).toEqual([expect.stringMatching(/^nobody is told of backend on main/)]);
    ledger.asking({ isForced: true });
    expect(await ledger.run(double.open(), 5)).toEqual([expect.stringContaining('is brought up to date')]);
  });

  it('let a late success close nothing', async () => {
    await using double = await startGitHub();
    const github = double.open();
    const ledger = history();
    await ledger.run(github, 3, red(2), red(3), tripped({ minutes: 3 }));
    await ledger.run(github, 5, completed({ minutes: 5, runId: completed({ minutes: 1 }).data.runId, key: 'old' }));
    expect(double.repository().issue(1)).toMatchObject({ state: 'open', comments: [] });
  });
});
