/** A real repository that a service looks after, as far as the database says, and the command line in it. */
import { hostname } from 'node:os';
import type { AgentId } from '../../ledger/outcome.ts';
import { repositoryWith, type TestRepository } from './git-repository.ts';
import { queueScene, type AgentHandle, type QueueScene } from './queue-scene.ts';
import { runCli, type CliResult } from './run-cli.ts';

export interface ServedRepository extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly queue: QueueScene;
  readonly query: QueueScene['query'];
  readonly repositoryId: string;
  readonly serviceId: string;
  readonly agents: Readonly<Record<'qa' | 'docs', AgentHandle>>;
  /** `agent …args` in the repository, by ada, with DATABASE_URL. */
  agent(...args: string[]): Promise<CliResult>;
  /** Claims what is queued in the name of the service. */
  claim(): Promise<readonly string[]>;
}

/** Agents qa and docs, each with a schedule at 02:00 UTC. */
export async function servedRepository(files: Readonly<Record<string, string>> = { 'a.md': '# A\n' }): Promise<ServedRepository> {
  const repository = await repositoryWith(files);
  const queue = await queueScene();
  const repositoryId = await queue.repository(`${hostname()}:${repository.path}`);
  const make = async (name: AgentId): Promise<AgentHandle> => {
    const agent = await queue.agent({ repositoryId, name });
    await queue.query(
      `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at) VALUES ($1, '0 2 * * *', 'UTC', $2, $2)`,
      [agent.agentId, new Date(Date.now() + 3_600_000)],
    );
    return agent;
  };
  const agents = { qa: await make('qa'), docs: await make('docs') };
  const serviceId = await queue.service();
  // It stays alive however slow the machine is.
  await queue.query(`UPDATE upkeep.service SET seen_at = now() + interval '1 hour'`);
  await queue.query('INSERT INTO upkeep.served_repository (service_id, repository_id, path) VALUES ($1, $2, $3)', [
    serviceId,
    repositoryId,
    repository.path,
  ]);
  return {
    ...{ repository, queue, query: queue.query.bind(queue), repositoryId, serviceId, agents },
    agent: (...args) => runCli(repository.path, args, { DATABASE_URL: queue.database.url, USER: 'ada' }),
    claim: async () => (await queue.claim(serviceId)).map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
    },
  };
}
