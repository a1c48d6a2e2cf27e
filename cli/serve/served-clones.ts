/** The clones that a service uses, and what the database knows of their repositories. */
import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import PQueue from 'p-queue';
import { otherRepositories, serveRepository, servedBranches, withholdRepository } from '../../prisma/runs/repository-rows.ts';
import { ledgerPositionOf } from '../../prisma/runs/ledger-facts.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { standingOf } from '../../scheduler/ledger-sync/compare-position.ts';
import { lookAfter, type LookedAfterRepository } from '../../scheduler/look-after.ts';
import type { CommandContext } from '../command-context.ts';
import { ConfigError } from '../config/config-error.ts';
import { explainError } from '../explain-error.ts';
import { UsageError } from '../usage-error.ts';
import { cloneFacts, type CloneFacts } from './clone-facts.ts';
import type { TriggeredRepository } from './take-trigger.ts';
import { cloneSignature } from './clone-signature.ts';
import { clonesInStep } from './clones-in-step.ts';
import { newsOf } from './ledger-news.ts';

export interface ServedClones {
  /** Absolute path of the clone of a repository, or null. */
  pathOf(repositoryId: string): string | null;
  /** Repositories in the database that cannot be worked on here: they are none of ours, or their clone is gone. */
  others(): readonly string[];
  /** What triggers of webhooks are about. */
  triggered(): readonly TriggeredRepository[];
  /** Names by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Tells the database which clones this service uses. */
  announce(serviceId: string): Promise<void>;
  /** Brings ledgers and database in step, and looks whether configurations have changed; what cannot be read stays as it was, and is told once. */
  refresh(now: Date): Promise<void>;
}

export interface ServedAsk {
  readonly pool: ConnectionPool;
  readonly context: Pick<CommandContext, 'environment' | 'version' | 'debug'>;
  onProblem(what: string, error: unknown): void;
  onNote(note: string): void;
  /** Events of CI, laptops and other services that are in the database now. */
  onForeign?(events: readonly EventRow[]): void;
  readonly signal?: AbortSignal;
}

/** Clones that are read at once. */
const READERS = availableParallelism() * 2;
/** A clone is read again after so long although nothing of it seems to have changed. */
const LOOK_AGAIN_MS = 600_000;

/** The clones that the configuration of the first one names besides, relative to it. */
export function configuredPaths({ clone, config }: CloneFacts): readonly string[] {
  const from = clone.checkout.root ?? clone.checkout.commonDir;
  return config.scheduler.repositories.map((path) => resolve(from, path));
}

/** What the paths are clones of. Throws UsageError when one of them cannot be looked after, with all that is wrong. */
export async function openClones(
  paths: readonly string[],
  context: ServedAsk['context'],
  now: Date,
): Promise<ReadonlyMap<string, CloneFacts>> {
  const unique = [...new Set(paths.map((one) => resolve(one)))];
  const read = await eachOf(unique, async (path) =>
    cloneFacts({ path }, context, now).catch((error: unknown) => `${path}: ${explainError(error, context).message}`),
  );
  const found = new Map<string, CloneFacts>();
  const problems: string[] = [];
  for (const [index, facts] of read.entries()) {
    if (typeof facts === 'string') problems.push(facts);
    else found.set(unique[index] ?? '', facts);
  }
  const byIdentity = Map.groupBy(found, ([, { repository }]) => repository.identity);
  for (const [identity, same] of byIdentity)
    if (same.length > 1)
      problems.push(`${same.map(([path]) => path).join(' and ')} are clones of the same repository (${identity}): name one of them`);
  if (problems.length > 0) throw new UsageError(sentenceOf(problems));
  return found;
}

function sentenceOf([first = '', ...more]: readonly string[]): string {
  if (more.length === 0) return first;
  return `${more.length + 1} repositories cannot be looked after: ${[first, ...more].join('; ')}`;
}

interface Served {
  readonly id: string;
  facts: CloneFacts;
  /** What the database took; null: nothing yet. */
  told: LookedAfterRepository | null;
  signature: string | null;
  lookedAt: number;
  problem: string | null;
}

/** Writes the repositories into the database. Throws UsageError when another service looks after another branch of one of them. */
export async function serveClones(clones: ReadonlyMap<string, CloneFacts>, ask: ServedAsk, now: Date): Promise<ServedClones> {
  const { pool, context } = ask;
  await refuseOtherBranches(clones, pool);
  const served = new Map<string, Served>();
  const paths = new Map<string, string>();
  const names = new Map<string, string>();
  let others: readonly string[] = [];
  let serviceId: string | null = null;

  for (const [path, facts] of clones) {
    const isTrusted = await isComplete(facts, pool);
    const { id, isTaken } = await lookAfter(pool, newsOf(facts.repository, null, isTrusted), now);
    const told = isTaken && isTrusted ? facts.repository : null;
    served.set(path, { id, facts, told, signature: null, lookedAt: now.getTime(), problem: null });
    paths.set(id, path);
    names.set(id, facts.repository.name);
  }
  const findOthers = async (): Promise<void> => {
    const usable = [...served.values()].filter(({ problem }) => problem === null).map(({ id }) => id);
    others = await connection(pool, (sql) => otherRepositories(sql, usable));
  };
  const announceOne = async (path: string, { id }: Served): Promise<void> => {
    const by = serviceId;
    if (by !== null) await connection(pool, (sql) => serveRepository(sql, { serviceId: by, repositoryId: id, path }));
  };
  const inStep = clonesInStep(clones, ask);
  const tell = async (one: Served, facts: CloneFacts, { at, isTrusted }: { at: Date; isTrusted: boolean }): Promise<void> => {
    one.facts = facts;
    if (JSON.stringify(one.told) === JSON.stringify(facts.repository)) return;
    const { isTaken } = await lookAfter(pool, newsOf(facts.repository, one.told, isTrusted), at);
    if (isTaken && isTrusted) one.told = facts.repository;
  };
  /** What is wrong with a configuration stops its runs by itself; with anything else there is no clone to work in. */
  const suffer = async (path: string, error: unknown, at: Date): Promise<void> => {
    const one = served.get(path);
    if (one === undefined) return;
    const { message } = explainError(error, context);
    if (error instanceof ConfigError) {
      if (one.facts.repository.configError !== message)
        ask.onProblem(`the configuration of ${one.facts.repository.name} stays as it was`, error);
      return tell(one, { ...one.facts, repository: { ...one.facts.repository, configError: message } }, { at, isTrusted: true });
    }
    if (one.problem !== message)
      ask.onProblem(`${one.facts.repository.name} waits: its clone ${path} on ${hostname()} cannot be used`, error);
    one.problem = message;
    const by = serviceId;
    if (by !== null) await connection(pool, (sql) => withholdRepository(sql, { serviceId: by, repositoryId: one.id, problem: message }));
  };
  const look = async (path: string, at: Date): Promise<void> => {
    const one = served.get(path);
    if (one === undefined) return;
    try {
      const found = await cloneSignature(one.facts.clone);
      const isTrusted = found !== null && (await inStep.exchange(one.id, one.facts, found !== one.signature));
      const signature = await cloneSignature(one.facts.clone);
      const isKnown = signature !== null && signature === one.signature && at.getTime() - one.lookedAt < LOOK_AGAIN_MS;
      if (isKnown && one.problem === null && one.told !== null) return;
      await tell(one, await cloneFacts({ path, branch: one.facts.clone.branch }, context, at), { at, isTrusted });
      await inStep.bringIn(one.id, one.facts);
      Object.assign(one, { signature, lookedAt: at.getTime() });
      if (one.problem === null) return;
      one.problem = null;
      await announceOne(path, one);
      ask.onNote(`${one.facts.repository.name}: its clone ${path} can be used again`);
    } catch (error) {
      await suffer(path, error, at);
    }
  };
  await findOthers();
  return {
    pathOf: (id) => paths.get(id) ?? null,
    others: () => others,
    triggered: () => [...served.values()].map(({ id, facts }) => ({ id, repository: facts.clone.repository, branch: facts.clone.branch })),
    names,
    async announce(id) {
      serviceId = id;
      for (const [path, one] of served) await announceOne(path, one);
    },
    async refresh(at) {
      await inStep.begin([...served.values()].map(({ id }) => id));
      await eachOf([...served.keys()], (path) => look(path, at));
      await findOthers();
    },
  };
}

/** Whether the clone's ledger holds all that the database has read of the repository's. */
async function isComplete({ ledger, reading, repository }: CloneFacts, pool: ConnectionPool): Promise<boolean> {
  const { tip } = await connection(pool, (sql) => ledgerPositionOf(sql, repository.identity));
  return ['same', 'ahead'].includes(await standingOf(ledger, reading.tips.shared, tip));
}

/** Schedules are those of one branch: services that differ about it would put them out of each other's hands again and again. */
async function refuseOtherBranches(clones: ReadonlyMap<string, CloneFacts>, pool: ConnectionPool): Promise<void> {
  const known = await connection(pool, (sql) =>
    servedBranches(
      sql,
      [...clones.values()].map(({ repository }) => repository.identity),
    ),
  );
  const problems = [...clones].flatMap(([path, { repository }]) => {
    const other = known.get(repository.identity);
    if (other === undefined || other.branch === repository.branch) return [];
    const advice = `check ${other.branch} out in ${path}, name it as delivery.branch in the configuration, or stop that service`;
    return [
      `${repository.name} is looked after on ${other.branch} by the service on ${other.host}, and here on ${repository.branch}: ${advice}`,
    ];
  });
  if (problems.length > 0) throw new UsageError(sentenceOf(problems));
}

async function eachOf<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  return new PQueue({ concurrency: READERS }).addAll(items.map((item) => () => work(item)));
}
