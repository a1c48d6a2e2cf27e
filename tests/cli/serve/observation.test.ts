/** What a service shows of itself, from before its database is open until after the drain. */
import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openObservation, type ObservationSettings } from '../../../cli/serve/observation.ts';
import type { StatusEvent } from '../../../scheduler/status-feed.ts';
import { queueScene } from '../../support/queue-scene.ts';
import { testService } from '../../support/service-scene.ts';

async function observe(change: Partial<ObservationSettings> = {}) {
  const problems: string[] = [];
  const stop = new AbortController();
  const news = new EventEmitter();
  const observation = await openObservation({
    at: { host: '127.0.0.1', port: 0 },
    maxConcurrent: 5,
    source: 'service:test',
    version: '1.2.3',
    telemetry: null,
    signal: stop.signal,
    onStatus: (event) => news.emit('status', event),
    onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
    ...change,
  });
  const ask = async (path: string) => {
    const answer = await fetch(observation.url + path);
    return { status: answer.status, text: await answer.text() };
  };
  const ready = async () => {
    const { status, text } = await ask('/readyz');
    return { status, body: JSON.parse(text) as { readonly failing?: readonly { readonly check: string }[]; readonly scheduler?: object } };
  };
  return { observation, problems, stop, news, ask, ready, [Symbol.asyncDispose]: () => observation[Symbol.asyncDispose]() };
}

describe('a service that is watched', () => {
  it('lives before it is ready', async () => {
    await using one = await observe();
    expect((await one.ask('/healthz')).status).toBe(200);
    expect((await one.ask('/metrics')).text).toContain('upkeep_runs_recovered_total 0\n');
    const { status, body } = await one.ready();
    expect([status, body.failing?.map(({ check }) => check)]).toEqual([503, ['database', 'tick']]);
    expect(one.problems).toEqual([]);
  });

  it('is ready when it has looked, says how it is as a whole, and is not ready from the first moment of its drain', async () => {
    await using scene = await queueScene();
    await using one = await observe();
    const told = once(one.news, 'status') as Promise<[StatusEvent]>;
    one.observation.opened(scene.database.pool);
    await using service = await testService(scene, { observer: one.observation.observer });
    one.observation.started(service.service, new Map());
    const [{ data }] = await told;
    expect(data).toMatchObject({ running: 0, queued: 0, nextDueAt: null });
    expect(await one.ready()).toMatchObject({ status: 200, body: { status: 'ready', scheduler: { running: 0 } } });
    expect((await one.ask('/metrics')).text).toContain('upkeep_database_up 1\n');
    one.stop.abort();
    expect(await one.ready()).toMatchObject({ status: 503, body: { failing: [{ check: 'draining' }] } });
    expect((await one.ask('/healthz')).status).toBe(200);
    await service.service.drain(0);
    one.observation.ended();
    expect((await one.ready()).body.failing?.map(({ check }) => check)).toContain('draining');
    expect((await one.ask('/metrics')).text).toContain('upkeep_tick_duration_seconds_count ');
    expect(one.problems).toEqual([]);
  });

  it('refuses a port that is in use before anything else', async () => {
    await using one = await observe();
    const port = Number(new URL(one.observation.url).port);
    await expect(observe({ at: { host: '127.0.0.1', port } })).rejects.toMatchObject({ reason: 'port-in-use', code: 'UPKEEP_USAGE' });
  });
});
