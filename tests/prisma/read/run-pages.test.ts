/** Pages of runs against a plain list of the same runs, whatever they are filtered by. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../ledger/event.ts';
import { OUTCOMES, TRIGGERS } from '../../../ledger/outcome.ts';
import {
  RUN_OUTCOMES,
  RUN_TRIGGERS,
  runPage,
  type PagedRun,
  type RunPageFilters,
  type RunPageSort,
} from '../../../prisma/read/run-pages.ts';
import { queueScene, type AgentHandle, type QueueScene } from '../../support/queue-scene.ts';

const DAY = Date.UTC(2026, 9, 1);
const MINUTE = 60_000;

/** Runs of four agents of two repositories, of all states, outcomes and triggers; by id, newest first. */
async function someRuns(scene: QueueScene): Promise<{ readonly agents: readonly AgentHandle[]; readonly runs: readonly PagedRun[] }> {
  const agents: AgentHandle[] = [];
  for (const repository of ['acme/one', 'acme/two']) {
    const repositoryId = await scene.repository(repository);
    for (const name of ['qa', 'docs']) agents.push(await scene.agent({ repositoryId, name }));
  }
  for (let at = 0; at < 160; at += 1) {
    const agent = agents[at % 4] as AgentHandle;
    const time = new Date(DAY + at * 7 * MINUTE);
    const isOpen = at % 23 === 22 || at > 156;
    const state = isOpen ? 'waiting' : 'settled';
    await scene.query(
      `INSERT INTO upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, outcome, message,
         duration_ms, settled_at, correlation_id, commit)
       VALUES ($1, $2, $3, $4, $5, 'NORMAL', 0, $6, $6, $7, $8, $9, $10, 'c', $11)`,
      [
        ...[uuidv7(time), agent.repositoryId, agent.agentId, state, TRIGGERS[(at * 5) % TRIGGERS.length], time],
        isOpen ? null : OUTCOMES[(at * 7) % OUTCOMES.length],
        at % 10 === 0 ? `100% of _run_ ${at}\\` : null,
        isOpen || at % 9 === 0 ? null : (at * 37) % 11,
        isOpen ? null : time,
        at % 6 === 0 ? at.toString(16).padStart(40, 'a') : null,
      ],
    );
  }
  const runs = await runPage(scene.database.prisma, { filters: {}, sort: 'newest', after: null, limit: 1000 });
  return { agents, runs };
}

function isMeant(run: PagedRun, filters: RunPageFilters): boolean {
  const has = (list: readonly string[] | undefined, value: string | null): boolean =>
    list === undefined || list.length === 0 || (value !== null && list.includes(value));
  const { repository, branch, from, to, search } = filters;
  return (
    (repository === undefined || run.repositoryId === repository) &&
    (branch === undefined || run.branch === branch) &&
    has(filters.agent, run.agentId) &&
    has(filters.agentName, run.agent) &&
    has(filters.state, run.state) &&
    has(filters.outcome, run.outcome) &&
    has(filters.trigger, run.trigger) &&
    (from === undefined || run.requestedAt >= from) &&
    (to === undefined || run.requestedAt < to) &&
    (search === undefined ||
      run.id.startsWith(search) ||
      (run.commit ?? '').startsWith(search) ||
      (run.message ?? '').toLowerCase().includes(search.toLowerCase()))
  );
}

function sorted(runs: readonly PagedRun[], sort: RunPageSort): PagedRun[] {
  const byId = [...runs].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (sort === 'oldest') return byId.reverse();
  if (sort === 'newest') return byId;
  return byId
    .filter(({ durationMs, state }) => durationMs !== null && state === 'settled')
    .sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0));
}

it('knows the kinds of runs that there are', () => {
  expect([RUN_OUTCOMES, RUN_TRIGGERS]).toEqual([OUTCOMES, TRIGGERS]);
});

describe('pages of runs', () => {
  it('hold together each run that is meant, once and in order, with any filters and any size', { timeout: 120_000 }, async () => {
    await using scene = await queueScene();
    const { agents, runs } = await someRuns(scene);
    expect(runs).toHaveLength(160);
    const some = <Value>(values: readonly Value[]) =>
      fc.option(fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 }), { nil: undefined });
    const time = fc.option(
      fc.integer({ min: -50, max: 1300 }).map((minutes) => new Date(DAY + minutes * MINUTE)),
      { nil: undefined },
    );
    const filters = fc.record({
      repository: fc.option(fc.constantFrom(...agents.map(({ repositoryId }) => repositoryId)), { nil: undefined }),
      agent: some(agents.map(({ agentId }) => agentId)),
      agentName: some(['qa', 'docs', 'gone']),
      state: some(['waiting', 'queued', 'running', 'settled']),
      outcome: some(OUTCOMES),
      trigger: some(TRIGGERS),
      branch: fc.option(fc.constantFrom('main', 'other'), { nil: undefined, freq: 5 }),
      from: time,
      to: time,
      search: fc.option(fc.constantFrom('100%', '_run_', 'RUN', '0\\', 'aaaa', runs[3]?.id.slice(0, 13) ?? ''), {
        nil: undefined,
        freq: 3,
      }),
    });
    const asked = fc.asyncProperty(
      filters,
      fc.constantFrom<RunPageSort>('newest', 'oldest', 'longest'),
      fc.integer({ min: 1, max: 60 }),
      async (wanted, sort, limit) => {
        const pages: PagedRun[] = [];
        for (;;) {
          const last = pages.at(-1);
          const after = last === undefined ? null : { key: last.durationMs ?? 0, id: last.id };
          const page = await runPage(scene.database.prisma, { filters: wanted, sort, after, limit });
          pages.push(...page);
          if (page.length < limit) break;
        }
        expect(pages.map(({ id }) => id)).toEqual(
          sorted(
            runs.filter((run) => isMeant(run, wanted)),
            sort,
          ).map(({ id }) => id),
        );
      },
    );
    await fc.assert(asked, { numRuns: 150 });
  });
});
