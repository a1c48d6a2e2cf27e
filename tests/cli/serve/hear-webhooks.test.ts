/** Webhooks on the service's own HTTP server, with a real queue behind them. */
import { describe, expect, it } from 'vitest';
import { hearWebhooks } from '../../../cli/serve/hear-webhooks.ts';
import { openHttpServer } from '../../../cli/serve/http-server.ts';
import type { TakeTriggerAsk } from '../../../cli/serve/take-trigger.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { queueScene, type QueueScene } from '../../support/queue-scene.ts';
import { exampleOf, SECRET, signed, type SignedRequest } from '../../support/webhooks.ts';

const PUSH = exampleOf('push[4]', (payload) => {
  payload['ref'] = 'refs/heads/main';
});
const NAME = (PUSH.payload['repository'] as { readonly full_name: string }).full_name;

async function scene() {
  const stack = new AsyncDisposableStack();
  const state = stack.use(await temporaryFolder());
  const queue: QueueScene = stack.use(await queueScene());
  const repositoryId = await queue.repository(NAME);
  const qa = await queue.agent({ repositoryId });
  const docs = await queue.agent({ repositoryId, name: 'docs' });
  const notes: string[] = [];
  const problems: string[] = [];
  const onProblem = (what: string, error: unknown): void => void problems.push(`${what}: ${String(error)}`);
  const webhooks = hearWebhooks({ variables: { UPKEEP_WEBHOOK_SECRET: SECRET }, stateFolder: state.path, onProblem });
  const server = await openHttpServer({
    port: 0,
    health: { look: () => Promise.resolve([]) },
    metrics: { contentType: 'text/plain', read: () => Promise.resolve('') },
    status: () => null,
    onProblem,
    ...(webhooks.pages === undefined ? {} : { pages: webhooks.pages }),
  });
  stack.defer(() => server.close());
  const ask: TakeTriggerAsk = {
    context: queue.context,
    repositories: [{ id: repositoryId, repository: NAME, branch: 'main' }],
    onEvents: () => undefined,
    onNote: (note) => notes.push(note),
  };
  const post = async ({ headers, body }: SignedRequest): Promise<number> => {
    const url = `http://127.0.0.1:${server.port}/webhooks`;
    return (await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body: new Uint8Array(body) })).status;
  };
  const runs = (): Promise<{ agent_id: string; trigger: string; state: string }[]> =>
    queue.query('SELECT agent_id, trigger, state FROM upkeep.run ORDER BY requested_at');
  const begin = (change: Partial<TakeTriggerAsk> = {}): Promise<void> => webhooks.begin(server.port, () => ({ ...ask, ...change }));
  return { queue, qa, docs, notes, problems, post, runs, begin, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('webhooks of a service', () => {
  it('become runs of the agents of the repository, once', async () => {
    await using made = await scene();
    await made.begin();
    const request = signed(PUSH);
    expect(await made.post(request)).toBe(202);
    const runs = await made.runs();
    expect(runs.map(({ trigger, state }) => [trigger, state])).toEqual([
      ['push', 'queued'],
      ['push', 'queued'],
    ]);
    expect(new Set(runs.map(({ agent_id }) => agent_id))).toEqual(new Set([made.qa.agentId, made.docs.agentId]));
    expect(await made.post(request)).toBe(200);
    // Those that have not started look at the newest commit as well.
    const next = { ...PUSH, payload: { ...PUSH.payload, after: 'b'.repeat(40) } };
    expect(await made.post(signed(next))).toBe(202);
    expect(await made.runs()).toHaveLength(2);
    expect(made.notes[1]).toMatch(/nothing runs that does not wait already/);
    expect(made.problems).toEqual([]);
  });

  it('run no agent that is paused, in ERROR or turned off', async () => {
    await using made = await scene();
    await made.begin();
    await made.queue.query('UPDATE upkeep.agent SET in_error_at = now() WHERE id = $1', [made.qa.agentId]);
    await made.queue.query(
      'INSERT INTO upkeep.pause (id, repository_id, agent_id, by, since) SELECT gen_random_uuid(), repository_id, id, $2, now() FROM upkeep.agent WHERE id = $1',
      [made.docs.agentId, 'ann'],
    );
    expect(await made.post(signed(PUSH))).toBe(202);
    expect(await made.runs()).toEqual([]);
  });

  it('are sent again when they came too early, or when the queue could not take them', async () => {
    await using made = await scene();
    const request = signed(PUSH);
    expect(await made.post(request)).toBe(503);
    await made.begin({ onEvents: () => undefined, context: { ...made.queue.context, pool: brokenPool(made.queue) } });
    expect(await made.post(request)).toBe(503);
    expect(made.problems).toEqual([expect.stringMatching(/could not be taken in: .*no database/)]);
    await made.begin();
    expect(await made.post(request)).toBe(202);
    expect(await made.runs()).toHaveLength(2);
  });

  it('are refused without the right signature, and about other repositories', async () => {
    await using made = await scene();
    await made.begin({ repositories: [] });
    expect(await made.post(signed(PUSH, { secret: 'x'.repeat(40) }))).toBe(401);
    expect(await made.post(signed(PUSH))).toBe(200);
    expect(await made.runs()).toEqual([]);
  });

  it('are not heard without a secret, and a secret that can be guessed is refused', () => {
    const ask = { stateFolder: '/nowhere', onProblem: () => undefined };
    expect(hearWebhooks({ ...ask, variables: {} }).pages).toBeUndefined();
    expect(() => hearWebhooks({ ...ask, variables: { UPKEEP_WEBHOOK_SECRET: 'short' } })).toThrow(UsageError);
  });
});

function brokenPool({ context }: QueueScene): QueueScene['context']['pool'] {
  const broken = { options: context.pool.options, connect: () => Promise.reject(new Error('no database')) };
  return broken as unknown as QueueScene['context']['pool'];
}
