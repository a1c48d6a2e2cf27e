/** One run over the API: what it did and found, its log, its commit, and the orders about it. */
import { describe, expect, it } from 'vitest';
import { appendLogs, type LogPiece } from '../../../prisma/runs/check-logs.ts';
import type { ClaimedRun } from '../../../prisma/runs/run-row.ts';
import { transaction } from '../../../prisma/sql.ts';
import { finishRuns, type AttemptResult } from '../../../scheduler/runs/finish-runs.ts';
import { dashboardServer, failureOf, type DashboardServer } from '../../support/dashboard-server.ts';
import { createRepository } from '../../support/git-repository.ts';
import { resultOf, type AgentHandle } from '../../support/queue-scene.ts';

const HTML = '<img src=x onerror=alert(1)> \u001b[31m \u202e';
const NOBODY = '018f0000-0000-7000-8000-000000000000';

async function claimedRun({
  queue,
}: DashboardServer): Promise<{ readonly run: ClaimedRun; readonly agent: AgentHandle; readonly serviceId: string }> {
  const agent = await queue.agent({ name: 'qa', repositoryId: await queue.repository() });
  await queue.ask(agent);
  const serviceId = await queue.service({ host: 'ci-1' });
  const [run] = await queue.claim(serviceId);
  if (run === undefined) throw new Error('nothing was claimed');
  return { run, agent, serviceId };
}

/** A run of agent qa that was asked for by ann, claimed by ci-1 and settled. */
async function settledRun(scene: DashboardServer, change: (run: ClaimedRun) => Partial<AttemptResult>): Promise<string> {
  const { run, serviceId } = await claimedRun(scene);
  await finishRuns(scene.queue.context, [{ run, kind: 'ended', result: resultOf(change(run)) }], serviceId);
  return run.id;
}

function eslintOf(runId: string, findings: readonly object[] = []): AttemptResult['checks'][number] {
  const all = findings.map((finding) => ({
    ...{ path: 'a.js', line: 2, column: 1, rule: 'no-bad', severity: 'error', message: HTML, fingerprint: 'f', isFixed: false },
    ...finding,
  }));
  const startedAt = '2026-01-01T00:00:00.000Z';
  return {
    runId,
    check: 'eslint',
    outcome: 'failed',
    reason: 'errors-left',
    startedAt,
    durationMs: 12,
    command: 'eslint .',
    findings: all,
  };
}

describe('a run', () => {
  it('is shown with its attempts, checks, findings, events and what asked for it, as it was written', async () => {
    await using scene = await dashboardServer();
    const { api } = await scene.person('viewer');
    const id = await settledRun(scene, (run) => ({
      ...{ outcome: 'failed', reason: 'errors-left', message: HTML, errors: 1 },
      checks: [eslintOf(run.id, [{ severity: 'warning', path: null, line: null }, {}, { isFixed: true }])],
    }));
    const { run, agent, attempts, checks, findings, events, correlation, commit } = await api.runs.get.query({ id });
    expect(run).toMatchObject({
      id,
      outcome: 'failed',
      message: HTML,
      requestedBy: 'ann',
      host: 'ci-1',
      attempt: 1,
      agent: { name: 'qa' },
    });
    expect(agent.state).toBe('ACTIVE');
    expect(attempts).toMatchObject([{ number: 1, ending: 'failed', host: 'ci-1' }]);
    expect(checks).toEqual([
      {
        check: 'eslint',
        outcome: 'failed',
        reason: 'errors-left',
        startedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 12,
        command: 'eslint .',
        hasLog: false,
        logBytes: 0,
      },
    ]);
    expect(findings.map(({ severity, isFixed, message }) => [severity, isFixed, message])).toEqual([
      ['error', false, HTML],
      ['warning', false, HTML],
      ['error', true, HTML],
    ]);
    expect(events.map(({ event }) => event.type)).toEqual(['agent:queued']);
    expect(correlation.map(({ kind, text }) => [kind, text])).toEqual([
      ['trigger', 'a person, ann'],
      ['run', 'failed'],
    ]);
    expect(commit).toBeNull();
    expect((await api.runs.list.query({ filters: { search: 'ONERROR' } })).rows.map((row) => row.id)).toEqual([id]);
  });

  it('that is under way has the checks that it told of, and how far it is', async () => {
    await using scene = await dashboardServer();
    const { api } = await scene.person('viewer');
    const { run, agent } = await claimedRun(scene);
    const { makeEvent } = await import('../../../ledger/event.ts');
    const origin = { source: 'service:test', correlationId: 'c', now: () => new Date('2026-01-01T00:00:10.000Z') };
    const common = { agentId: 'qa' as const, jobId: run.id, runId: run.id, branch: 'main', status: 'RUNNING' };
    const of = { repositoryId: agent.repositoryId, agentId: agent.agentId };
    scene.dashboard.onProgress(
      makeEvent('agent:started', { ...common, attempt: 1, trigger: 'manual', base: 'a'.repeat(40), checks: ['eslint', 'tests'] }, origin),
      of,
    );
    scene.dashboard.onProgress(
      makeEvent(
        'agent:progress',
        { ...common, progress: 0.5, message: '', check: 'eslint', outcome: 'passed', durationMs: 4000.4 },
        origin,
      ),
      of,
    );
    const shown = await api.runs.get.query({ id: run.id });
    expect(shown.run.progress).toBe(0.5);
    expect(shown.attempts).toMatchObject([{ number: 1, endedAt: null, host: 'ci-1' }]);
    expect(shown.checks.map(({ check, outcome, startedAt, durationMs }) => [check, outcome, startedAt, durationMs])).toEqual([
      ['eslint', 'passed', '2026-01-01T00:00:05.999Z', 4000],
      ['tests', null, null, null],
    ]);
    const [card] = await api.agents.list.query();
    // What ended is not under way any more.
    expect(card).toMatchObject({ state: 'RUNNING', run: { id: run.id, progress: 0.5, check: 'tests' } });
  });

  it('that is gone is no fault', async () => {
    await using scene = await dashboardServer();
    const { api } = await scene.person('operator');
    const orders = [api.runs.rerun.mutate({ id: NOBODY }), api.runs.cancel.mutate({ id: NOBODY })];
    const questions = [
      api.runs.get.query({ id: NOBODY }),
      api.runs.diff.query({ id: NOBODY }),
      api.runs.log.query({ id: NOBODY, check: 'x' }),
    ];
    for (const failure of await Promise.all([...orders, ...questions].map(failureOf)))
      expect(failure).toMatchObject({ code: 'NOT-FOUND-RUN', httpStatus: 404 });
  });
});

describe('the log of a check', () => {
  it('comes in parts that hold together, whole characters, and ends', async () => {
    await using scene = await dashboardServer();
    const { api } = await scene.person('viewer');
    const { run, serviceId } = await claimedRun(scene);
    expect(await api.runs.log.query({ id: run.id, check: 'eslint' })).toEqual({ text: '', from: 0, next: 0, size: 0, isOver: false });
    const whole = `${'ä€😀\n'.repeat(30_000)}\u001b[31m end`;
    const bytes = Buffer.from(whole);
    const pieces: LogPiece[] = [];
    for (let place = 0; place < bytes.length; place += 60_000) {
      // Each begins where the one before it ended, at a whole line.
      pieces.push({ runId: run.id, check: 'eslint', place, text: bytes.toString('utf8', place, Math.min(place + 60_000, bytes.length)) });
    }
    await transaction(scene.queue.context.pool, (sql) => appendLogs(sql, [...pieces, { runId: NOBODY, check: 'x', place: 0, text: 'x' }]));
    let text = '';
    for (let after = 0; ;) {
      const part = await api.runs.log.query({ id: run.id, check: 'eslint', after });
      expect([part.from, part.size, part.isOver]).toEqual([after, bytes.length, false]);
      text += part.text;
      if (part.next === after) break;
      after = part.next;
    }
    expect(text).toBe(whole);
    expect((await api.runs.log.query({ id: run.id, check: 'eslint', after: 3 })).from).toBe(2);
    await finishRuns(scene.queue.context, [{ run, kind: 'ended', result: resultOf({ checks: [eslintOf(run.id)] }) }], serviceId);
    // What was printed last may be on its way.
    expect((await api.runs.log.query({ id: run.id, check: 'eslint', after: bytes.length })).isOver).toBe(false);
    await scene.queue.query(`UPDATE upkeep.run SET settled_at = settled_at - interval '10 seconds'`);
    expect((await api.runs.log.query({ id: run.id, check: 'eslint', after: bytes.length })).isOver).toBe(true);
    expect((await api.runs.get.query({ id: run.id })).checks).toMatchObject([{ check: 'eslint', hasLog: true, logBytes: bytes.length }]);
    expect(await failureOf(api.runs.log.query({ id: run.id, check: 'tests' }))).toMatchObject({ code: 'NOT-FOUND-LOG' });
  });
});

describe('the code of a run', () => {
  it('is its diff, and the lines of what it found, without secrets and of no other file', async () => {
    await using repository = await createRepository();
    const base = await repository.commit('first', { 'a.js': 'one\nhush-hush\nthree\n', 'secret.txt': 'x' });
    const commit = await repository.commit('auto: fix hush-hush', { 'a.js': 'one\ntwo\nthree\n' });
    await using scene = await dashboardServer({ clonePath: repository.path });
    const { api } = await scene.person('viewer');
    const id = await settledRun(scene, (run) => ({ outcome: 'fixed', commit, checkedBase: base, checks: [eslintOf(run.id, [{}])] }));
    expect((await api.runs.get.query({ id })).commit).toEqual({ sha: commit, subject: 'auto: fix [redacted]', files: ['a.js'] });
    const diff = await api.runs.diff.query({ id });
    expect(diff).toMatchObject({ isCut: false, files: [{ path: 'a.js', added: 1, removed: 1 }] });
    expect(diff.diff).toContain('-[redacted]\n+two\n');
    expect(await api.runs.excerpt.query({ id, path: 'a.js', line: 2 })).toEqual({ from: 1, lines: ['one', '[redacted]', 'three', ''] });
    expect(await failureOf(api.runs.excerpt.query({ id, path: 'secret.txt', line: 1 }))).toMatchObject({ code: 'NOT-FOUND-FILE' });
    expect(await api.commits.recent.query()).toMatchObject([{ sha: commit, subject: 'auto: fix [redacted]', runId: id }]);
    expect(scene.problems).toEqual([]);
  });
});

describe('orders about a run', () => {
  it('run it again and cancel it, in the name of whoever asked, from where', async () => {
    await using scene = await dashboardServer();
    const { api, login } = await scene.person('operator');
    const id = await settledRun(scene, () => ({}));
    const { runId, isAdmitted } = await api.runs.rerun.mutate({ id, reason: 'flaky?' });
    expect(isAdmitted).toBe(true);
    expect((await api.runs.get.query({ id: runId })).run).toMatchObject({ state: 'queued', requestedBy: login, isForced: true });
    expect(await api.runs.cancel.mutate({ id: runId })).toEqual({ done: true });
    expect(await failureOf(api.runs.cancel.mutate({ id: runId }))).toMatchObject({ code: 'CONFLICT-SETTLED', httpStatus: 409 });
    const audit = await scene.queue.query<{ by: string; action: string; detail: object }>(
      'SELECT by, action, detail FROM upkeep.audit ORDER BY id',
    );
    expect(audit).toMatchObject([
      { by: login, action: 'run', detail: { from: '127.0.0.1', reason: 'flaky?' } },
      { by: login, action: 'cancel', detail: { from: '127.0.0.1' } },
      { by: login, action: 'runs.cancel', detail: { from: '127.0.0.1', result: 'CONFLICT-SETTLED' } },
    ]);
  });

  it('do not run past a pause, which is an administrator’s', async () => {
    await using scene = await dashboardServer();
    const [operator, admin] = [await scene.person('operator'), await scene.person('admin')];
    const id = await settledRun(scene, () => ({}));
    await admin.api.agents.pause.mutate({ scope: { kind: 'everything' }, reason: 'holidays' });
    const [card] = await operator.api.agents.list.query();
    expect(card).toMatchObject({ state: 'PAUSED', pause: { kind: 'everything', by: admin.login, reason: 'holidays', until: null } });
    expect(await failureOf(operator.api.runs.rerun.mutate({ id }))).toMatchObject({ code: 'CONFLICT-PAUSED' });
    const agentIds = [card?.id ?? ''];
    expect(await failureOf(operator.api.agents.run.mutate({ agentIds, force: true }))).toMatchObject({ code: 'CONFLICT-PAUSED' });
    expect(await failureOf(operator.api.agents.run.mutate({ agentIds }))).toMatchObject({ code: 'CONFLICT-PAUSED' });
    expect((await admin.api.agents.run.mutate({ agentIds, force: true })).runs).toHaveLength(1);
    await admin.api.agents.resume.mutate({ scope: { kind: 'everything' } });
    expect(await failureOf(admin.api.agents.resume.mutate({ scope: { kind: 'everything' } }))).toMatchObject({
      code: 'CONFLICT-NOT-PAUSED',
    });
  });
});
