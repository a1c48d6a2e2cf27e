import { describe, expect, it } from 'vitest';
import { createPalette } from '../../../cli/palette.ts';
import { eventLine, openPlainLines } from '../../../cli/reporters/plain-lines.ts';
import { applyToTree, renderTree, type TreeState } from '../../../cli/reporters/tree-state.ts';
import { agentRun, checkRun, event, finding, NEXT_SHA, runReport, SHA } from '../../support/run-report.ts';

const plain = createPalette(false);
const HOSTILE = '\x1b[31m::error::<b>|`%0A\n##[group]@team';

const fixedRun = agentRun({
  outcome: 'fixed',
  checks: [
    checkRun({ outcome: 'fixed', findings: [finding({ fixed: true }), finding({ fixed: true, line: 9, fingerprint: 'b'.repeat(16) })] }),
  ],
  commit: { sha: NEXT_SHA, subject: 'auto: Backend – fix 2 lint problems in 1 file', files: ['src/a.ts'] },
});
const failedRun = agentRun({
  agent: 'qa',
  outcome: 'failed',
  reason: 'errors-left',
  checks: [
    checkRun({
      check: 'tests',
      title: 'Tests',
      outcome: 'failed',
      reason: 'errors-left',
      command: 'npx vitest run',
      log: 'FAIL a\n::endgroup::\n',
      findings: [
        finding({ path: 'tests/a.test.ts', line: 12, column: null, rule: 'test', message: 'adds up', fingerprint: 'c'.repeat(16) }),
        finding({
          severity: 'warning',
          path: null,
          line: null,
          column: null,
          rule: 'coverage',
          message: '80 % of 90 %',
          fingerprint: 'd'.repeat(16),
        }),
      ],
    }),
  ],
});
const report = runReport({
  runs: [fixedRun, failedRun],
  head: NEXT_SHA,
  delivery: {
    mode: 'local',
    outcome: 'delivered',
    branch: 'main',
    reason: null,
    commits: [NEXT_SHA],
    ref: null,
    patches: [],
    advice: null,
    proposals: [],
    verifications: [],
  },
  exitCode: 1,
});

describe('the live tree', () => {
  const draw = (tree: TreeState, now: number, columns = 80): string[] =>
    renderTree(tree, { now, columns, frame: 0, palette: plain }).split('\n');
  it('shows agents and checks with times while they run, and one line when they ended', () => {
    const tree: TreeState = { agents: new Map() };
    applyToTree(tree, event('agent:started', { checks: ['eslint', 'prettier'], attempt: 1, trigger: 'manual', base: SHA }));
    applyToTree(tree, event('agent:progress', { check: 'eslint', outcome: 'failed', durationMs: 900, message: '2 errors', progress: 0.5 }));
    expect(draw(tree, 2000)).toEqual([
      expect.stringMatching(/^⠋ backend .* 2\.0 s$/),
      expect.stringMatching(/^ {2}✖ eslint +2 errors {2}0\.9 s$/),
      expect.stringMatching(/^ {2}⠋ prettier/),
    ]);
    applyToTree(tree, event('agent:completed', { outcome: 'fixed', durationMs: 3000 }));
    expect(draw(tree, 9000)).toEqual([expect.stringMatching(/^✎ backend +fixed {2}3\.0 s$/)]);
  });
  it('never draws a line wider than the terminal', () => {
    const tree: TreeState = { agents: new Map() };
    applyToTree(tree, event('agent:started', { checks: ['eslint'], attempt: 1, trigger: 'manual', base: SHA }));
    applyToTree(
      tree,
      event('agent:progress', {
        check: 'eslint',
        outcome: null,
        durationMs: null,
        message: `${'日本'.repeat(100)}\n${HOSTILE}`,
        progress: 0,
      }),
    );
    for (const line of draw(tree, 0, 60))
      expect([...line].reduce((width, character) => width + ((character.codePointAt(0) ?? 0) >= 0x3000 ? 2 : 1), 0)).toBeLessThanOrEqual(
        60,
      );
  });
});

describe('plain lines', () => {
  it('have one line an event', () => {
    expect(eventLine(event('agent:started', { checks: ['eslint'] }))).toBe('backend       started: eslint');
    expect(eventLine(event('agent:skipped', { reason: 'unchanged' }))).toBe('backend       skipped – unchanged since it last ended well');
    expect(
      eventLine(event('agent:completed', { outcome: 'fixed', reason: null, fixed: 2, errors: 0, warnings: 1, durationMs: 1500 })),
    ).toBe('backend       fixed: 2 fixed, 1 warning (1.5 s)');
    const delivery = { agentId: null, ref: 'refs/heads/main', commits: [SHA], reason: null };
    expect(eventLine(event('delivery:pushed', { ...delivery, mode: 'local' }))).toBe('upkeep        delivered: 1 commit, refs/heads/main');
    expect(eventLine(event('delivery:pushed', { ...delivery, mode: 'push' }))).toBe('upkeep        pushed: 1 commit, refs/heads/main');
    expect(eventLine(event('delivery:kept', { ...delivery, mode: 'none', commits: [] }))).toBeNull();
    expect(eventLine(event('scheduler:status', {}))).toBeNull();
    expect(eventLine(event('agent:progress', { check: null, message: HOSTILE }))).not.toMatch(/\n|##\[|\x1b/);
  });
  it('say what happens between the start and the end of a check', () => {
    const again = {
      check: 'eslint',
      outcome: null,
      durationMs: null,
      progress: 0,
      message: 'attempt 1 could not be carried out (timeout)',
    };
    expect(eventLine(event('agent:progress', again))).toBe('backend       eslint: attempt 1 could not be carried out (timeout)');
  });
  it('fold what tools said into groups that a tool cannot end', async () => {
    const printed: string[] = [];
    await openPlainLines({ print: (text) => printed.push(text), groups: true, summary: () => '' }).finish(report);
    const lines = printed.join('').split('\n');
    expect(lines.filter((line) => line.startsWith('::group::'))).toEqual(['::group::qa: failed; 1 error and 1 warning left']);
    expect(lines.filter((line) => line.startsWith('::endgroup::'))).toHaveLength(1);
    expect(lines).toContain(':\u00a0:endgroup::');
  });
});
