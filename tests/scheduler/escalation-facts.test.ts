import { describe, expect, it } from 'vitest';
import type { AgentRunReport } from '../../agents/run-report.ts';
import type { EscalationFacts } from '../../github/escalation-facts.ts';
import { emptyState } from '../../ledger/fold.ts';
import type { EscalateRequest } from '../../scheduler/escalate.ts';
import { after, green, OWN_COMMIT, plan, red, told } from '../support/escalation-history.ts';
import { at, failed, finding, tripped } from '../support/ledger-events.ts';

const isTold = told(after(emptyState(), ...red()), 7);

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
    const ask = (over: Parameters<typeof green>[1]) => plan(after(isTold, green(9, over)))[0];
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
