/** Steers a service by its address. */
import { setTimeout as delay } from 'node:timers/promises';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { Scope } from '../../dashboard/wire/agents-schema.ts';
import { REFUSALS } from '../../scheduler/agent-states.ts';
import type { Order, SteeringService } from '../steer/steering-service.ts';
import type { RemoteRepository, RemoteService } from './remote-service.ts';

const LOOK_MS = 1_000;
const WAYS = { refuse: 'now', 'let-end': 'after-run', cancel: 'cancel' } as const;

export function byApi(service: RemoteService, repository: RemoteRepository | null): SteeringService {
  const cards = (): Promise<readonly Card[]> =>
    service.ask((api) => api.agents.list.query({ recent: 0, ...(repository === null ? {} : { repository: repository.id }) }));
  const scopeOf = async ({ agent, everything }: Order): Promise<Scope> => {
    if (everything || repository === null) return { kind: 'everything' };
    if (agent === null) return { kind: 'repository', id: repository.id };
    return { kind: 'agent', id: await agentIdOf(await cards(), agent, repository) };
  };
  return {
    async pause(order) {
      const { until, running, reason } = order;
      const input = { scope: await scopeOf(order), until: until?.toISOString() ?? null, reason, how: WAYS[running] };
      const { withdrawn, running: under } = await service.ask((api) => api.agents.pause.mutate(input));
      return { withdrawn, under };
    },
    async resume(order) {
      const input = { scope: await scopeOf(order), reason: order.reason };
      const { agents } = await service.ask((api) => api.agents.resume.mutate(input));
      return agents.map(({ name, nextRunAt, pause }) => ({
        ...{ agent: name, pause },
        nextRunAt: nextRunAt === null ? null : new Date(nextRunAt),
      }));
    },
    async retry(order) {
      const input = { scope: await scopeOf(order), reason: order.reason };
      const inError = new Set((await cards()).flatMap((card) => (card.inError === null ? [] : [card.id])));
      const { agents } = await service.ask((api) => api.agents.retry.mutate(input));
      return agents.map(({ id, name, refusal, runId }) => ({
        ...{ agent: name, isInError: inError.has(id), runId },
        refusal: refusal === null ? null : { code: refusalOf(refusal.code), words: refusal.message },
      }));
    },
    async held({ agent }) {
      const all = await cards();
      return all.filter(({ name }) => agent === null || name === agent).map(({ name, pause }) => ({ agent: name, pause }));
    },
    async waitFor(runIds, { signal, onEnd }) {
      const open = new Set(runIds);
      for (;;) {
        for (const id of open) {
          const { run } = await service.ask((api) => api.runs.get.query({ id }));
          if (run.outcome === null) continue;
          open.delete(id);
          onEnd({ agent: run.agent.name, outcome: run.outcome });
        }
        if (open.size === 0) return true;
        await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return false;
      }
    },
  };
}

interface Card {
  readonly id: string;
  readonly name: string;
  readonly pause: { readonly kind: 'everything' | 'repository' | 'agent'; readonly by: string } | null;
  readonly inError: object | null;
}

/** Throws SteerError `unknown-agent`. */
export async function agentIdOf(cards: readonly Pick<Card, 'id' | 'name'>[], agent: string, repository: RemoteRepository): Promise<string> {
  const found = cards.find(({ name }) => name === agent);
  if (found === undefined)
    throw new SteerError('unknown-agent', `the service knows no agent ${agent} of ${repository.name} on ${repository.branch}`);
  return found.id;
}

function refusalOf(code: string): (typeof REFUSALS)[number] {
  return REFUSALS.find((one) => code === `CONFLICT-${one.toUpperCase()}`) ?? 'needs-no-retry';
}
