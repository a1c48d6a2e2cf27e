/** Findings over the API: what is left now, and over time. */
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../ledger/event.ts';
import { dashboardServer, failureOf, type DashboardServer } from '../../support/dashboard-server.ts';
import type { AgentHandle } from '../../support/queue-scene.ts';

interface Look {
  readonly day: number;
  readonly outcome?: string;
  readonly fixed?: number;
  /** `path rule severity`. */
  readonly findings?: readonly string[];
}

async function look(
  { queue }: DashboardServer,
  { agentId, repositoryId }: AgentHandle,
  { day, outcome = 'failed', fixed = 0, findings = [] }: Look,
): Promise<string> {
  const at = new Date(Date.UTC(2026, 0, day, 12));
  const id = uuidv7(at);
  const count = (severity: string): number => findings.filter((text) => text.endsWith(severity)).length;
  await queue.query(
    `INSERT INTO upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, settled_at, outcome, errors, warnings, fixed, correlation_id)
     VALUES ($1, $2, $3, 'settled', 'push', 'NORMAL', 0, $4, $4, $4, $5, $6, $7, $8, 'c')`,
    [id, repositoryId, agentId, at, outcome, count('error'), count('warning'), fixed],
  );
  await queue.query(`INSERT INTO upkeep.check_result (run_id, "check", outcome, duration_ms) VALUES ($1, 'eslint', 'failed', 1)`, [id]);
  for (const text of findings) {
    const [path, rule, severity] = text.split(' ');
    await queue.query(
      `INSERT INTO upkeep.finding (run_id, "check", path, line, rule, severity, message, fingerprint) VALUES ($1, 'eslint', $2, 1, $3, $4, '<b>', $5)`,
      [id, path, rule, severity, `${path} ${rule}`],
    );
  }
  return id;
}

describe('findings', () => {
  it('are those of the newest looks, with since when and how often they are found', async () => {
    await using scene = await dashboardServer({ now: () => new Date('2026-01-20T00:00:00Z') });
    const { api } = await scene.person('viewer');
    const repositoryId = await scene.queue.repository('acme/site');
    const [backend, docs] = [
      await scene.queue.agent({ repositoryId, name: 'backend' }),
      await scene.queue.agent({ repositoryId, name: 'docs' }),
    ];
    await look(scene, backend, { day: 10, findings: ['src/a.ts no-bad error', 'src/old.ts gone error'] });
    await look(scene, backend, { day: 11, outcome: 'fixed', fixed: 3, findings: ['src/a.ts no-bad error'] });
    await look(scene, backend, { day: 12, findings: ['src/a.ts no-bad error', 'src/deep/b.ts no-bad warning', 'top.ts other warning'] });
    // It looked at nothing: what was found before is found still.
    await look(scene, backend, { day: 13, outcome: 'skipped' });
    await look(scene, docs, { day: 12, findings: ['README.md links warning'] });

    const { byRule, byDay, total } = await api.findings.summary.query({ repository: repositoryId });
    expect(byRule.map(({ rule, count, errors, agents }) => [rule, count, errors, agents])).toEqual([
      ['no-bad', 2, 1, 1],
      ['links', 1, 0, 1],
      ['other', 1, 0, 1],
    ]);
    expect(total).toEqual({ errors: 1, warnings: 3, fixed: 3 });
    expect(byDay).toEqual([
      { day: '2026-01-10', agent: 'backend', errors: 2, warnings: 0, fixed: 0 },
      { day: '2026-01-11', agent: 'backend', errors: 1, warnings: 0, fixed: 3 },
      { day: '2026-01-12', agent: 'backend', errors: 1, warnings: 2, fixed: 0 },
      { day: '2026-01-12', agent: 'docs', errors: 0, warnings: 1, fixed: 0 },
    ]);
    const oldest = await api.findings.list.query({ which: 'oldest' });
    expect(oldest[0]).toMatchObject({
      path: 'src/a.ts',
      times: 3,
      firstSeenAt: '2026-01-10T12:00:00.000Z',
      lastSeenAt: '2026-01-12T12:00:00.000Z',
      message: '<b>',
    });
    expect((await api.findings.list.query({ which: 'frequent', limit: 1 })).map(({ path }) => path)).toEqual(['src/a.ts']);
    expect((await api.findings.list.query()).map(({ path }) => path)).not.toContain('src/old.ts');
    expect(await api.findings.heat.query()).toEqual([
      { folder: '', errors: 0, warnings: 2 },
      { folder: 'src', errors: 1, warnings: 0 },
      { folder: 'src/deep', errors: 0, warnings: 1 },
    ]);
    expect(await api.findings.heat.query({ repository: await scene.queue.repository('acme/other') })).toEqual([]);
    expect(await failureOf(api.findings.summary.query({ from: '2025-01-01T00:00:00Z' }))).toMatchObject({ code: 'VAL-INPUT' });
  });

  it('have the coverage that runs measured', async () => {
    await using scene = await dashboardServer({ now: () => new Date('2026-01-20T00:00:00Z') });
    const { api } = await scene.person('viewer');
    const qa = await scene.queue.agent({ repositoryId: await scene.queue.repository('acme/site'), name: 'qa' });
    const runId = await look(scene, qa, { day: 12, outcome: 'passed' });
    await scene.queue.query(
      `INSERT INTO upkeep.event (transaction, id, type, time, run_id, envelope) VALUES (1, gen_random_uuid(), 'agent:completed', now(), $1, '{"data":{"coverage":87.5}}')`,
      [runId],
    );
    expect((await api.findings.summary.query()).coverage).toEqual([{ day: '2026-01-12', agent: 'qa', percent: 87.5 }]);
  });
});
