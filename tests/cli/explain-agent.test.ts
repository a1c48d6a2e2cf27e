import { describe, expect, it } from 'vitest';
import { explainAgent, type AgentFacts } from '../../cli/why/explain-agent.ts';
import { emptyAgentState, emptyState, type AgentState, type LedgerState } from '../../ledger/state.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import { backendAgent } from '../support/backend-agent.ts';
import { SHA } from '../support/run-report.ts';

const now = new Date('2026-01-02T12:00:00Z');
const hourAgo = '2026-01-02T11:00:00.000Z';
const last = { outcome: 'failed', reason: 'errors-left', at: hourAgo, runId: 'r', commit: null, base: SHA, key: 'k', sequence: 1 } as const;
const run = {
  runId: 'r',
  outcome: 'failed',
  reason: 'errors-left',
  at: hourAgo,
  durationMs: 1,
  commit: null,
  errors: 2,
  warnings: 1,
  fixed: 3,
  trigger: 'push',
  coverage: null,
} as const;
const answer = {
  key: 'k',
  outcome: 'failed',
  delivered: true,
  runId: 'r',
  at: hourAgo,
  errors: 2,
  warnings: 1,
  commit: null,
  findings: [{ path: 'a.ts', line: 3, rule: 'no-var', severity: 'error', message: 'no var', fingerprint: 'f', check: 'eslint' }],
} as const;

function stateWith(agent: Partial<AgentState>, more: Partial<LedgerState> = {}): LedgerState {
  return { ...emptyState(), agents: { 'backend@main': { ...emptyAgentState(), ...agent } }, ...more };
}

function text(changes: Partial<AgentFacts> = {}): string {
  const decision: Decision = { agent: backendAgent, kind: 'run', pending: null };
  const facts = {
    agent: 'backend',
    branch: 'main',
    state: emptyState(),
    decision,
    key: 'k',
    waiting: null,
    threshold: 2,
    now,
    ...changes,
  } as const;
  return explainAgent(facts)
    .map(({ heading, sentences }) => `${heading}: ${sentences.join(' | ')}`)
    .join('\n');
}

function skip(reason: Extract<Decision, { kind: 'skip' }>['reason'], hint: string | null = null): Decision {
  return { agent: backendAgent, kind: 'skip', reason, hint, repeated: [], unresolvedErrors: 0 };
}

describe('agent why', () => {
  const cases: [string, Partial<AgentFacts>, RegExp[]][] = [
    [
      'that it never ran',
      {},
      [/^now: .*would run it: it never ran on this branch/, /last run: none on this branch/, /commit: none/, /escalation: none/],
    ],
    ['that it is turned off', { decision: null }, [/the configuration turns it off \(agents\.backend\.enabled\)/]],
    [
      'that nothing changed',
      { decision: skip('unchanged'), state: stateWith({ last: { ...last, outcome: 'passed', reason: null } }) },
      [/would skip it: unchanged since it last ended well/, /--force runs it all the same/],
    ],
    [
      'who paused it',
      {
        decision: skip('paused'),
        state: stateWith({}, { paused: { backend: { by: 'ada', reason: 'release', since: hourAgo, until: null } } }),
      },
      [/ada paused it 60 min ago: release; agent resume backend ends that/],
    ],
    [
      'what failed last',
      { state: stateWith({ last, decided: last, runs: [run], keys: [answer], streak: 1 }) },
      [
        /on this content it failed before/,
        /it failed 60 min ago on 123456789, started by push, on the same content as now/,
        /3 findings repaired, 2 errors and 1 warning left/,
        /error: a\.ts:3 no var \(no-var\)/,
        /failed 1 time in a row; an issue is opened after 2/,
      ],
    ],
    [
      'since when it may be tried again',
      {
        state: stateWith({
          last,
          runs: [run],
          streak: 2,
          breaker: { open: true, kind: 'code', since: hourAgo, attempts: 1, nextTryAt: '2026-01-02T11:50:00Z', key: 'k' },
        }),
      },
      [/failed 2 times in a row, and the same content may be tried again since 10 min ago/],
    ],
    [
      'that it waits',
      {
        decision: skip('tripped', 'next try at noon'),
        state: stateWith({
          last,
          runs: [run],
          streak: 2,
          breaker: { open: true, kind: 'code', since: hourAgo, attempts: 1, nextTryAt: '2026-01-02T12:10:00Z', key: 'k' },
        }),
      },
      [
        /waits: it keeps failing on the same content \| next try at noon/,
        /failed 2 times in a row, so the same content is tried again only in 10 min, at 2026-01-02T12:10:00Z, other content at once/,
      ],
    ],
    [
      'that it is in ERROR',
      { decision: skip('in-error'), state: stateWith({ inError: { reason: 'network', since: hourAgo } }) },
      [/could not be carried out since 60 min ago \(network\): agent retry backend/],
    ],
    [
      'the open issue',
      { state: stateWith({ escalations: { code: { number: 7, url: 'https://x.test/7', kind: 'code', since: hourAgo } } }) },
      [/an issue is open since 60 min ago: https:\/\/x\.test\/7/],
    ],
    [
      'that there could be no issue',
      { state: stateWith({ escalations: { code: { number: null, url: null, kind: 'code', since: hourAgo } } }) },
      [/GitHub would not take an issue 60 min ago: agent doctor says why/],
    ],
    [
      'that a commit waits',
      { waiting: SHA, state: stateWith({ last, runs: [{ ...run, commit: SHA }], keys: [{ ...answer, commit: SHA, delivered: false }] }) },
      [
        /made a commit for this content that was not delivered yet/,
        /its newest commit is 123456789, 60 min ago, not delivered \| 123456789 waits under refs\/upkeep\/suggest\/backend: agent accept backend/,
      ],
    ],
    [
      'an open pull request',
      {
        state: stateWith({
          proposal: { number: 7, url: 'https://github.test/o/r/pull/7', ref: 'refs/heads/upkeep/backend', commit: SHA, since: hourAgo },
        }),
      },
      [/people find its repair in a pull request since 60 min ago: https:\/\/github\.test\/o\/r\/pull\/7/],
    ],
    [
      'what people undid',
      { state: stateWith({}, { frozen: { backend: { keys: [], blobs: [{ path: 'a.ts', blob: SHA }] } } }) },
      [/people undid or declined what it made of a\.ts: it does not do that again/],
    ],
  ];
  it('says what could not be carried out, and nothing that a run would have had to look for', () => {
    const errored = { ...last, outcome: 'errored', reason: 'tool-crashed', key: 'new' } as const;
    const state = stateWith({
      last: errored,
      runs: [{ ...run, outcome: 'errored', reason: 'tool-crashed', errors: 0, warnings: 0, fixed: 0 }],
      keys: [{ ...answer, runId: 'earlier' }],
    });
    const check = {
      check: 'eslint',
      title: 'ESLint',
      reason: 'tool-crashed',
      hint: 'mend it',
      command: 'npx eslint .',
      log: 'a\nb',
    } as const;
    const said = text({ state, key: 'new', errored: { checks: [check], message: null } });
    expect(said).toMatch(/^now: .*would run it: on this content its last run could not be carried out\n/);
    expect(said).toContain(
      'on the same content as now | ESLint could not be carried out: the tool crashed | mend it | reproduce: npx eslint . | its log ends: | | a | | b\n',
    );
    expect(said).toMatch(/\nnext: correct what is said above.*then agent run backend tries it again\n/);
    expect(said).toContain('commit: it made none: its last run could not be carried out');
    expect(said).not.toMatch(/0 errors|no var|changed since|safely/);
    expect(text({ state, key: 'new', errored: { checks: [], message: 'no disk' } })).toContain('as now | no disk\nnext:');
  });
  it.each(cases)('says %s', (_title, facts, patterns) => {
    for (const pattern of patterns) expect(text(facts)).toMatch(pattern);
  });
});
