import { describe, expect, it } from 'vitest';
import type { AgentRunReport } from '../../agents/run-report.ts';
import type { EscalationFacts } from '../../github/escalation-facts.ts';
import { makeEvent, type EventData, type UpkeepEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { failureOf } from '../../ledger/failure.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, type EscalationKind, type LedgerState } from '../../ledger/state.ts';
import { heldSentence, planEscalations, type EscalateRequest, type Plan } from '../../scheduler/escalate.ts';
import { at, common, completed, failed, finding, originAt, tripped } from '../support/ledger-events.ts';

type What = { readonly agentId?: AgentId; readonly branch?: string };

const NOW = at(60);
const OWN_COMMIT = 'b'.repeat(40);

/** Folds each event as a batch of its own. */
function after(state: LedgerState, ...events: readonly UpkeepEvent[]): LedgerState {
  return events.reduce((next, event) => fold(next, { sequence: next.sequence + 1, events: [event] }), state);
}

/** Two failures in a row at `minutes` and a minute later. */
function red(minutes = 1, what: What & Partial<EventData<'agent:failed'>> = {}): UpkeepEvent[] {
  const { agentId = 'backend', branch = 'main' } = what;
  return [failed({ ...what, minutes }), failed({ ...what, minutes: minutes + 1 }), tripped({ agentId, branch, minutes: minutes + 1 })];
}

function green(minutes: number, what: Parameters<typeof completed>[0] = {}): UpkeepEvent {
  return completed({ ...what, minutes });
}

function inError(minutes = 1, reason: 'network' | 'timeout' = 'network', what: What = {}): UpkeepEvent[] {
  const { agentId = 'backend', branch = 'main' } = what;
  return [
    failed({ ...what, minutes, outcome: 'errored', reason, errors: 0 }),
    tripped({ agentId, branch, minutes, kind: 'operation', reason }),
  ];
}

/** The state after people were told of everything that fails now, in the issue `number`. */
function told(state: LedgerState, number: number | null, what: What & { kind?: EscalationKind; minutes?: number } = {}): LedgerState {
  const { agentId = 'backend', branch = 'main', kind = 'code', minutes = 3 } = what;
  const failure = failureOf(agentStateOf(state, agentId, branch), kind);
  const data = { ...common(agentId, '', branch), number, url: null, kind, streak: 2 };
  const digests = failure === null ? {} : { digest: failure.digest, failingSince: failure.since };
  return after(state, makeEvent('agent:escalated', { ...data, ...digests }, originAt(minutes)));
}

function plan(state: LedgerState, change: Partial<EscalateRequest> = {}): Plan[] {
  return planEscalations({
    state,
    defaultBranch: 'main',
    policy: { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 },
    speaks: true,
    now: NOW,
    ran: null,
    here: { attempt: 1, runUrl: null, webUrl: null },
    ...change,
  });
}

/** `open backend@main code`. */
function words(plans: readonly Plan[]): string[] {
  return plans.map((one) => {
    if (one.action === 'hold') return `hold ${one.agent}@${one.branch} ${one.kind}: ${one.why}`;
    const { agent, branch, kind } = one.action === 'close' ? one.ask : one.facts;
    return `${one.action} ${agent}@${branch} ${kind}${one.action === 'close' ? `: ${one.ask.how}` : ''}`;
  });
}

const policy = { threshold: 2, branches: [] as string[], quietHours: null, maxOpenIssues: 10 };
const night = { from: '10:30', to: '11:30', timeZone: 'UTC' };
const isRed = after(emptyState(), ...red());
const isTold = told(isRed, 7);
const other = { findings: [finding('another')], errors: 1, key: 'other' };

describe('what people are told', () => {
  it.each<[string, LedgerState, Partial<EscalateRequest>, string[]]>([
    ['nothing of the first failure', after(emptyState(), failed({ minutes: 1 })), {}, []],
    ['an issue after the second failure in a row', isRed, {}, ['open backend@main code']],
    ['nothing by a laptop', isRed, { speaks: false }, []],
    ['nothing while it is as they were told', after(isTold, failed({ minutes: 9 })), {}, []],
    ['what fails now, when that is something else', after(isTold, failed({ ...other, minutes: 9 })), {}, ['update backend@main code']],
    ['that it passes again', after(isTold, green(9)), {}, ['close backend@main code: passed']],
    ['that it was repaired', after(isTold, green(9, { outcome: 'fixed', commit: OWN_COMMIT })), {}, ['close backend@main code: repaired']],
    ['of a second red after a green that nobody was told of', after(isTold, green(9), ...red(11)), {}, ['update backend@main code']],
    ['nothing of a green that followed a red in silence', after(isRed, green(9)), {}, []],
    ['nothing of a branch that is not named', after(emptyState(), ...red(1, { branch: 'next' })), {}, []],
    [
      'of a branch that is named',
      after(emptyState(), ...red(1, { branch: 'next' })),
      { policy: { ...policy, branches: ['next'] } },
      ['open backend@next code'],
    ],
    ['only of named branches while the default one is not known', isRed, { defaultBranch: null }, []],
    ['that a branch is left when it is not looked after any more', isTold, { defaultBranch: 'trunk' }, ['close backend@main code: left']],
    [
      'nothing of leaving for a day after GitHub would not close it',
      after(
        isTold,
        makeEvent('agent:escalation-closed', { ...common(), number: 7, url: null, kind: 'code', streak: 0, refused: true }, originAt(50)),
      ),
      { defaultBranch: 'trunk' },
      [],
    ],
    ['nothing of leaving while the default branch is not known', isTold, { defaultBranch: null }, []],
    ['nothing before a higher threshold', isRed, { policy: { ...policy, threshold: 3 } }, []],
    ['at a higher threshold', after(isRed, failed({ minutes: 5 })), { policy: { ...policy, threshold: 3 } }, ['open backend@main code']],
    [
      'what changed in an issue that is open below a higher threshold',
      after(isTold, failed({ ...other, minutes: 9 })),
      { policy: { ...policy, threshold: 9 } },
      ['update backend@main code'],
    ],
    ['of an agent that cannot be carried out', after(emptyState(), ...inError()), {}, ['open backend@main operation']],
    ['of both kinds apart', after(isRed, ...inError(5)), {}, ['open backend@main code', 'open backend@main operation']],
    [
      'another reason of the same ERROR as an update',
      after(
        told(after(emptyState(), ...inError()), 8, { kind: 'operation' }),
        tripped({ minutes: 9, kind: 'operation', reason: 'timeout' }),
      ),
      {},
      ['update backend@main operation'],
    ],
    [
      'nothing when a person only brings it back into the schedule',
      after(
        told(after(emptyState(), ...inError()), 8, { kind: 'operation' }),
        makeEvent('agent:resumed', { ...common('backend', '', ''), by: 'ada', reason: null, nextRunAt: null }, originAt(9)),
      ),
      {},
      [],
    ],
    [
      'that it can be carried out again, red as it is',
      after(told(after(emptyState(), ...inError()), 8, { kind: 'operation' }), failed({ minutes: 9 })),
      {},
      ['close backend@main operation: carried-out'],
    ],
    ['nothing again of an issue that GitHub would not take', told(isRed, null, { minutes: 3 }), {}, []],
    ['a day later of an issue that GitHub would not take', told(isRed, null), { now: at(3 + 24 * 60) }, ['open backend@main code']],
    [
      'at once of an issue that GitHub would not take, when something else fails',
      after(told(isRed, null), failed({ ...other, minutes: 9 })),
      {},
      ['open backend@main code'],
    ],
    [
      'nothing in quiet hours',
      after(isTold, green(9), ...red(1, { agentId: 'docs' })),
      { policy: { ...policy, quietHours: night } },
      ['hold backend@main code: quiet-hours', 'hold docs@main code: quiet-hours'],
    ],
    ['everything after them', isRed, { now: at(90), policy: { ...policy, quietHours: night } }, ['open backend@main code']],
    [
      'of the first few only, those that have waited longest, where there are many',
      after(emptyState(), ...red(1, { agentId: 'qa' }), ...red(4), ...red(7, { agentId: 'docs' })),
      { policy: { ...policy, maxOpenIssues: 2 } },
      ['open qa@main code', 'open backend@main code', 'hold docs@main code: too-many'],
    ],
    [
      'of one more when one is closed',
      after(isTold, ...red(3, { agentId: 'qa' }), ...red(6, { agentId: 'docs' }), green(20)),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['close backend@main code: passed', 'open qa@main code', 'hold docs@main code: too-many'],
    ],
    [
      'of the default branch before others',
      after(emptyState(), ...red(1, { branch: 'next' }), ...red(4)),
      { policy: { ...policy, branches: ['next'], maxOpenIssues: 1 } },
      ['open backend@main code', 'hold backend@next code: too-many'],
    ],
    [
      'what changed, however many issues there are',
      after(isTold, failed({ ...other, minutes: 9 })),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['update backend@main code'],
    ],
  ])('%s', (...[, state, change, expected]) => {
    expect(words(plan(state, change))).toEqual(expected);
  });

  it('names what waits in one sentence', () => {
    const state = after(emptyState(), ...red(1, { agentId: 'qa' }), ...red(4), ...inError(7, 'network', { agentId: 'docs' }));
    const many = { ...policy, maxOpenIssues: 1 };
    expect(heldSentence(plan(state, { policy: many }), many)).toBe(
      'no issue for backend on main, docs on main (operation): at most 1 are open at once (scheduler.escalation.maxOpenIssues)',
    );
    const quiet = { ...policy, quietHours: night };
    expect(heldSentence(plan(isRed, { policy: quiet }), quiet)).toBe('nobody is told of backend on main before 11:30 UTC');
    expect(heldSentence(plan(isRed), policy)).toBeNull();
  });
});

describe('the facts of an issue', () => {
  const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
  const findings = [finding('kept')];
  const state = after(
    emptyState(),
    failed({ minutes: 1, base: first, findings }),
    failed({ minutes: 2, base: second, findings, errors: 3, warnings: 1, runId: 'run-2' }),
    tripped({ minutes: 2 }),
  );
  const report: AgentRunReport = {
    agent: 'backend',
    runId: 'run-2',
    outcome: 'failed',
    reason: 'errors-left',
    durationMs: 1,
    checks: [
      check('eslint', 'failed', [
        { ...full('repaired'), fixed: true, fixable: true },
        { ...full('later'), severity: 'warning' },
        full('left'),
      ]),
      check('prettier', 'passed', []),
      check('tests', 'errored', []),
    ],
    commit: { sha: OWN_COMMIT, subject: 'auto: Backend – fix 1 problem in 1 file', files: ['src/a.ts'] },
    hint: null,
    since: null,
    notes: ['Prettier was rolled back: it made a test fail'],
  };
  const here = { attempt: 3, runUrl: 'https://github.test/acme/app/actions/runs/9', webUrl: 'https://github.test/acme/app' };
  const factsOf = (ran: EscalateRequest['ran']): EscalationFacts => {
    const [one] = plan(state, { ran, here });
    if (one?.action !== 'open') throw new Error('no issue is opened');
    return one.facts;
  };

  it('are those of the run where this process ran it', () => {
    const facts = factsOf({ branch: 'main', runs: [report] });
    expect(facts).toMatchObject({
      streak: 2,
      since: { commit: first, at: at(1).toISOString() },
      commit: second,
      command: `npx agent run backend --base ${second} --no-fix --force`,
      counts: { errors: 1, warnings: 1 },
      checks: [
        { title: 'eslint', outcome: 'failed', command: 'npx eslint' },
        { title: 'tests', outcome: 'errored', reason: 'timeout' },
      ],
      run: { id: 'run-2', attempt: 3, url: here.runUrl, sequence: state.sequence },
      webUrl: here.webUrl,
    });
    expect(facts.findings.map((one) => [one.check, one.message, one.severity])).toEqual([
      ['eslint', 'left', 'error'],
      ['eslint', 'later', 'warning'],
    ]);
    expect(facts.log).toBe('== eslint ==\nlog of eslint\n\n== tests ==\nlog of tests');
    expect(facts.tried).toEqual([
      `1 finding was repaired by ${OWN_COMMIT.slice(0, 9)}`,
      'nothing that is left is known to be safe to repair',
      'Prettier was rolled back: it made a test fail',
      expect.stringContaining('tried again after 5 minutes'),
    ]);
  });

  it.each<[string, EscalateRequest['ran']]>([
    ['nothing', null],
    ['it on another branch', { branch: 'next', runs: [report] }],
    ['another run of it', { branch: 'main', runs: [{ ...report, runId: 'run-3' }] }],
  ])('are those of the ledger where this process ran %s', (_, ran) => {
    expect(factsOf(ran)).toMatchObject({
      findings,
      counts: { errors: 3, warnings: 1 },
      checks: [],
      log: '',
      run: { id: 'run-2', attempt: 1, url: null },
    });
  });

  it('keep a commit that is none out of the command', () => {
    const odd = after(emptyState(), ...red(1, { base: '$(reboot)' }));
    const [one] = plan(odd);
    expect(one).toMatchObject({ facts: { command: 'npx agent run backend --no-fix --force' } });
  });

  it('of closing name the commit that healed it, and whether people find it there', () => {
    const repaired = { outcome: 'fixed', commit: OWN_COMMIT, producedKey: 'produced' } as const;
    const ask = (over: Parameters<typeof completed>[0]) => plan(after(isTold, green(9, over)))[0];
    expect(ask(repaired)).toMatchObject({ ask: { how: 'repaired', commit: OWN_COMMIT, delivered: true, number: 7 } });
    expect(ask({ ...repaired, delivered: false })).toMatchObject({ ask: { delivered: false } });
    expect(ask({ base: second })).toMatchObject({ ask: { how: 'passed', commit: second } });
  });
});

function check(name: string, outcome: 'failed' | 'passed' | 'errored', findings: AgentRunReport['checks'][number]['findings']) {
  const reason = outcome === 'errored' ? ('timeout' as const) : null;
  return {
    check: name,
    title: name,
    outcome,
    reason,
    durationMs: 1,
    command: `npx ${name}`,
    findings,
    hint: null,
    log: `log of ${name}\n`,
  };
}

function full(message: string) {
  const place = { path: 'src/a.ts', line: 1, column: 1, rule: 'r', severity: 'error' as const };
  return { ...place, message, fixable: false, fingerprint: message, fixed: false };
}
