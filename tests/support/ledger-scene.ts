/** A database with a repository in it, and clones of that repository with their ledgers. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import { readEvents, readState } from '../../ledger/read.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { writeOutbox } from '../../prisma/runs/outbox-rows.ts';
import { connection } from '../../prisma/sql.ts';
import { repositoryWith, type TestRepository } from './git-repository.ts';
import { queueScene, type QueueScene } from './queue-scene.ts';

export interface LedgerScene extends AsyncDisposable {
  readonly scene: QueueScene;
  readonly repositoryId: string;
  /** What the clones are of; its ledger is the remote's. */
  readonly remote: TestRepository;
  clone(): Promise<TestRepository & { readonly ledger: Ledger }>;
  /** Puts events into the outbox, as a transaction that decides something does. */
  decide(...events: readonly UpkeepEvent[]): Promise<void>;
  /** Lets what waits for another try be due. */
  due(): Promise<void>;
  /** `done`, `waits` or the problem of each event of the outbox, oldest first. */
  outbox(): Promise<string[]>;
}

export async function ledgerScene(): Promise<LedgerScene> {
  const scene = await queueScene();
  const remote = await repositoryWith({ 'a.txt': 'one\n' });
  const repositoryId = await scene.repository('acme/shop');
  const clones: TestRepository[] = [];
  return {
    scene,
    repositoryId,
    remote,
    async clone() {
      const made = await remote.clone();
      clones.push(made);
      return { ...made, ledger: openLedger((await made.open()).commonDir) };
    },
    async decide(...events) {
      const rows = events.map((event) => ({ id: event.id, repositoryId, envelope: event, at: new Date(event.time) }));
      await connection(scene.database.pool, (sql) => writeOutbox(sql, rows));
    },
    async due() {
      await scene.query('UPDATE upkeep.outbox SET next_try_at = now() WHERE done_at IS NULL');
    },
    async outbox() {
      const sql = `SELECT done_at, problem FROM upkeep.outbox ORDER BY created_at, id`;
      const rows = await scene.query<{ done_at: Date | null; problem: string | null }>(sql);
      return rows.map(({ done_at, problem }) => problem ?? (done_at === null ? 'waits' : 'done'));
    },
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      for (const clone of [...clones, remote]) await clone[Symbol.asyncDispose]();
    },
  };
}

/** What a ledger holds, oldest first; an event that is in it twice comes twice. */
export async function idsIn(ledger: Ledger): Promise<string[]> {
  const events = await readEvents(ledger, { limit: 100_000, newestFirst: false });
  return events.map(({ event }) => event.id);
}

/** How many lines of events the batches of the shared ledger have. */
export async function linesIn(repository: Pick<TestRepository, 'git'>, ledger: Ledger): Promise<number> {
  const { tips } = await readState(ledger);
  if (tips.shared === null) return 0;
  const text = await repository.git(`--git-dir=${ledger.gitDir}`, 'grep', '-h', '"specversion"', tips.shared, '--', 'events/');
  return text.split('\n').length;
}
