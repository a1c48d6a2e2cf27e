import { describe, expect, it } from 'vitest';
import type { GitHub } from '../../github/client.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { carryOutEscalations } from '../../scheduler/carry-out-escalations.ts';
import { planEscalations } from '../../scheduler/escalate.ts';
import { policyOf } from '../support/escalation-facts.ts';
import { startGitHub } from '../support/github/start-github.ts';
import { at, completed, failed, finding, originAt, tripped } from '../support/ledger-events.ts';

/** A ledger and the runs that follow each other: what each of them tells GitHub is remembered. */
function history() {
  let state: LedgerState = emptyState();
  const append = (events: readonly UpkeepEvent[]): void => {
    for (const event of events) state = fold(state, { sequence: state.sequence + 1, events: [event] });
  };
  return {
    get state() {
      return state;
    },
    /** What happened, then what is said of it at `minutes`. */
    run: async (github: GitHub, minutes: number, ...events: readonly UpkeepEvent[]): Promise<readonly string[]> => {
      append(events);
      const plans = planEscalations({
        state,
        defaultBranch: 'main',
        policy: { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 },
        speaks: true,
        now: at(minutes),
        ran: null,
        here: { attempt: 1, runUrl: null, webUrl: null },
      });
      const told = await carryOutEscalations(plans, { github, policy: policyOf({ now: at(minutes) }), origin: originAt(minutes) });
      append(told.events);
      return told.sentences;
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
    expect(await ledger.run(github, 7, named(7, 'a'))).toEqual([]);
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
    expect(await ledger.run(github, 6)).toEqual([]);
    expect(await ledger.run(github, 5 + 24 * 60)).toEqual(why);
    double.addToken('t', {});
    await ledger.run(github, 6 + 48 * 60);
    expect(double.repository().issue(1)).toMatchObject({ state: 'closed' });
    expect(ledger.state.outbox).toEqual([]);
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
