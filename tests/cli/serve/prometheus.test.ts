/** The page of metrics of a service on a database that works, and on one that does not. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createPrometheus } from '../../../cli/serve/prometheus.ts';
import { createGauges } from '../../../scheduler/gauges.ts';
import { METRICS } from '../../../scheduler/metric-list.ts';
import { createServiceMetrics } from '../../../scheduler/metrics.ts';
import { queueScene, resultOf } from '../../support/queue-scene.ts';
import { testService, type TestService } from '../../support/service-scene.ts';
import { startSilentServer } from '../../support/silent-server.ts';

const monotonic = (): number => performance.now();
const clock = { wall: () => Date.now(), monotonic };

/** The metrics of a pool, with all that is told of problems. */
function pageOf(pool: pg.Pool) {
  const holder: { one: TestService | null } = { one: null };
  const problems: string[] = [];
  const prometheus = createPrometheus(() => gauges());
  const metrics = createServiceMetrics([prometheus.sink], monotonic);
  const gauges = createGauges({
    pool,
    service: () => holder.one?.service ?? null,
    maxConcurrent: 5,
    lastTickAt: metrics.lastTickAt,
    clock,
    onProblem: (what) => problems.push(what),
  });
  return { holder, problems, metrics, read: () => prometheus.page.read() };
}

/** Lines of our own metrics that are not zero and belong to no bucket. */
function shown(text: string): string[] {
  return text.split('\n').filter((line) => /^upkeep_/.test(line) && !/ 0$/.test(line) && !line.includes('_bucket{'));
}

describe('the page of metrics', () => {
  it('shows what waits by state and priority, and what came of it', async () => {
    await using scene = await queueScene();
    const page = pageOf(scene.database.pool);
    await using one = await testService(scene, { observer: page.metrics.observer, maxConcurrent: 1 });
    page.holder.one = one;
    await scene.ask(await scene.agent());
    const call = await one.call(0);
    const waiting = await scene.agent({ name: 'docs' });
    for (let count = 0; count < 3; count++) await scene.ask(waiting, { priority: 'LOW' });
    await scene.query('UPDATE upkeep.agent SET in_error_at = now() WHERE id = $1', [waiting.agentId]);
    const before = shown(await page.read());
    expect(before).toEqual(
      expect.arrayContaining([
        'upkeep_runs{state="running",priority="NORMAL"} 1',
        'upkeep_runs{state="queued",priority="LOW"} 1',
        'upkeep_runs{state="waiting",priority="LOW"} 2',
        'upkeep_agents{state="errored"} 1',
        'upkeep_service_running 1',
        'upkeep_service_capacity 5',
        'upkeep_database_up 1',
        'upkeep_start_latency_seconds_count{priority="NORMAL"} 1',
      ]),
    );
    expect(before.some((line) => line.startsWith('upkeep_tick_duration_seconds_count '))).toBe(true);
    expect(before.filter((line) => line.startsWith('upkeep_runs_settled_total'))).toEqual([]);
    call.end({ kind: 'ended', result: resultOf({ outcome: 'skipped', reason: 'unchanged' }) });
    await one.event('agent:skipped');
    const after = await page.read();
    expect(after).toContain('upkeep_runs_settled_total{agent="qa",outcome="skipped"} 1\n');
    expect(after).toContain('upkeep_runs_settled_total{agent="docs",outcome="failed"} 0\n');
    expect(after).toContain('upkeep_run_duration_seconds_count{agent="qa",outcome="skipped"} 1\n');
    expect(page.problems).toEqual([]);
  });

  it('has every metric of the list, those of the process, and no other', async () => {
    await using scene = await queueScene();
    const page = pageOf(scene.database.pool);
    const types = [...(await page.read()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const ours = types.filter((line) => line.startsWith('upkeep_')).sort();
    expect(ours).toEqual(
      Object.entries(METRICS)
        .map(([name, { kind }]) => `${name} ${kind}`)
        .sort(),
    );
    expect(types).toContain('process_resident_memory_bytes gauge');
  });

  it('tells what the process knows, and soon, when the database says nothing', async () => {
    await using silent = await startSilentServer();
    const pool = new pg.Pool({ connectionString: `postgres://upkeep@127.0.0.1:${silent.port}/upkeep`, connectionTimeoutMillis: 60_000 });
    const page = pageOf(pool);
    page.metrics.observer.looked?.(5);
    const text = shown(await page.read());
    expect(text).toContain('upkeep_service_capacity 5');
    expect(text).toContain('upkeep_tick_duration_seconds_count 1');
    expect(await page.read()).toContain('upkeep_database_up 0\n');
    expect(text.filter((line) => line.startsWith('upkeep_runs{'))).toEqual([]);
    expect(text.some((line) => line.startsWith('upkeep_last_tick_timestamp_seconds '))).toBe(true);
    const at = performance.now();
    for (let count = 0; count < 5; count++) await page.read();
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(silent.connections()).toBe(1);
  });

  it('tells of a database that refuses, and counts on', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://upkeep@127.0.0.1:1/upkeep' });
    const page = pageOf(pool);
    expect(await page.read()).toContain('upkeep_database_up 0\n');
    expect(page.problems).toEqual(['the depth of the queue could not be read']);
    page.metrics.observer.looked?.(5);
    expect(await page.read()).toContain('upkeep_tick_duration_seconds_count 1\n');
  });
});
