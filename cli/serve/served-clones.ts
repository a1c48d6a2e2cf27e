/** The clones that a service uses, and what the database knows of their repositories. */
import { resolve } from 'node:path';
import { hostname } from 'node:os';
import { otherRepositories, serveRepository } from '../../prisma/runs/repository-rows.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { lookAfter } from '../../scheduler/look-after.ts';
import type { CommandContext } from '../command-context.ts';
import { explainError } from '../explain-error.ts';
import { UsageError } from '../usage-error.ts';
import { cloneFacts, type CloneFacts } from './clone-facts.ts';

export interface ServedClones {
  /** Absolute path of the clone of a repository, or null. */
  pathOf(repositoryId: string): string | null;
  /** Repositories in the database that are none of ours. */
  others(): readonly string[];
  /** Names by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Tells the database which clones this service uses. */
  announce(serviceId: string): Promise<void>;
  /** Looks whether configurations or ledgers have changed; what cannot be read stays as it was, and is told. */
  refresh(now: Date): Promise<void>;
}

export interface ServedAsk {
  readonly pool: ConnectionPool;
  readonly context: Pick<CommandContext, 'environment' | 'version' | 'debug'>;
  onProblem(what: string, error: unknown): void;
}

/** What the paths are clones of. Throws UsageError when one of them cannot be looked after, with all that is wrong. */
export async function openClones(
  paths: readonly string[],
  context: ServedAsk['context'],
  now: Date,
): Promise<ReadonlyMap<string, CloneFacts>> {
  const found = new Map<string, CloneFacts>();
  const problems: string[] = [];
  for (const path of new Set(paths.map((one) => resolve(one)))) {
    try {
      found.set(path, await cloneFacts(path, context, now));
    } catch (error) {
      problems.push(`${path}: ${explainError(error, context).message}`);
    }
  }
  const byIdentity = Map.groupBy(found, ([, { repository }]) => repository.identity);
  for (const [identity, same] of byIdentity)
    if (same.length > 1)
      problems.push(`${same.map(([path]) => path).join(' and ')} are clones of the same repository (${identity}): name one of them`);
  if (problems.length > 0)
    throw new UsageError(
      problems.length === 1 ? (problems[0] ?? '') : `${problems.length} repositories cannot be looked after: ${problems.join('; ')}`,
    );
  return found;
}

/** Writes the repositories into the database. */
export async function serveClones(clones: ReadonlyMap<string, CloneFacts>, ask: ServedAsk, now: Date): Promise<ServedClones> {
  const { pool, context } = ask;
  const paths = new Map<string, string>();
  const names = new Map<string, string>();
  const seen = new Map<string, string>();
  let others: readonly string[] = [];

  async function take(path: string, facts: CloneFacts, at: Date): Promise<void> {
    const { repository } = facts;
    const state = JSON.stringify(repository);
    if (seen.get(path) === state) return;
    const id = await lookAfter(pool, repository, at);
    paths.set(id, path);
    names.set(id, repository.name);
    seen.set(path, state);
  }

  const findOthers = async (): Promise<void> => {
    others = await connection(pool, (sql) => otherRepositories(sql, [...paths.keys()]));
  };
  for (const [path, facts] of clones) await take(path, facts, now);
  await findOthers();
  return {
    pathOf: (id) => paths.get(id) ?? null,
    others: () => others,
    names,
    async announce(serviceId) {
      for (const [repositoryId, path] of paths) await connection(pool, (sql) => serveRepository(sql, { serviceId, repositoryId, path }));
    },
    async refresh(at) {
      for (const path of clones.keys()) {
        try {
          await take(path, await cloneFacts(path, context, at), at);
        } catch (error) {
          ask.onProblem(`the clone ${path} of ${hostname()} could not be looked at`, error);
        }
      }
      await findOthers();
    },
  };
}
