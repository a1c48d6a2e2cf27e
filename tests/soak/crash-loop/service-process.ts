/** A service process of the crash loop: what `agent serve` puts together, with a child of its own and a short lease. Tells as JSON lines. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { processExecutor } from '../../../cli/serve/process-executor.ts';
import { machineWatch } from '../../../cli/serve/process-watch.ts';
import { processIdentity } from '../../../git/process-identity.ts';
import { openDatabase } from '../../../prisma/client.ts';
import { openEmbedded } from '../../../prisma/embedded/open-embedded.ts';
import { migrate } from '../../../prisma/migrate.ts';
import { openQueue } from '../../../scheduler/queue.ts';
import { startService } from '../../../scheduler/service.ts';

export interface ServiceProcessSettings {
  readonly stateFolder: string;
  /** The machine that it pretends to be. */
  readonly host: string;
  readonly leaseMs: number;
  readonly maxConcurrent: number;
  readonly drainMs: number;
  /** The program of a run and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Bare repositories by id. */
  readonly clones: Readonly<Record<string, string>>;
}

/** What it tells. */
export type ServiceNews =
  | { readonly kind: 'ready'; readonly serviceId: string }
  | { readonly kind: 'claimed'; readonly runs: readonly { readonly id: string; readonly attempt: number }[] }
  | { readonly kind: 'late-ends'; readonly runs: readonly string[] }
  | { readonly kind: 'let-go'; readonly run: string; readonly attempt: number }
  | { readonly kind: 'recovered'; readonly settled: readonly string[]; readonly requeued: readonly string[] }
  | { readonly kind: 'note' | 'problem'; readonly text: string };

export const CONNECTIONS = 12;

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? '') as ServiceProcessSettings);

async function serve(settings: ServiceProcessSettings): Promise<void> {
  const { stateFolder, host, leaseMs, maxConcurrent } = settings;
  const tell = (news: ServiceNews): void => void process.stdout.write(`${JSON.stringify(news)}\n`);
  const problem = (what: string, error: unknown): void =>
    tell({ kind: 'problem', text: `${what}: ${error instanceof Error ? error.message : String(error)}` });
  const ending = new AbortController();
  process.once('SIGTERM', () => ending.abort());
  // Nothing outlives the loop, however that ends.
  process.stdin.on('end', () => process.exit(1)).resume();
  const server = await openEmbedded({ stateFolder, cacheFolder: null, log: (text) => tell({ kind: 'note', text }) });
  await migrate(server.connectionString);
  const database = await openDatabase(server.connectionString, {
    name: 'upkeep serve',
    poolSize: CONNECTIONS,
    isService: true,
    onProblem: (error) => problem('a connection broke', error),
  });
  const { pool } = database;
  const queue = await openQueue(pool, { order: 'aged', perRepository: null, onProblem: (error) => problem('queue', error) });
  const serviceId = randomUUID();
  const { pid, startedAt, bootId } = processIdentity();
  const source = `service:${host}`;
  const service = await startService({
    context: { pool, queue, labelLimits: {}, retry: { limit: 3, maxMs: 4_000, random: () => Math.random() }, source },
    row: { id: serviceId, host, pid, processStartedAt: startedAt, bootId, version: '0', maxConcurrent },
    executor: processExecutor({
      command: settings.command,
      env: process.env,
      cloneOf: (id) => settings.clones[id] ?? null,
      source,
      retryLimit: 3,
      graceMs: 1_000,
      redact: (text) => text,
    }),
    watch: { ...machineWatch(), host },
    leaseMs,
    without: () => [],
    onEvents: () => undefined,
    onProgress: () => undefined,
    onProblem: problem,
    onNote: (text) => {
      const late = /ended too late.*\((.*)\)/.exec(text)?.[1];
      tell(late === undefined ? { kind: 'note', text } : { kind: 'late-ends', runs: late.split(', ') });
    },
    observer: {
      claimed: (runs) => tell({ kind: 'claimed', runs: runs.map(({ id, attempt }) => ({ id, attempt })) }),
      lost: ({ id, attempt }) => tell({ kind: 'let-go', run: id, attempt }),
      recovered: ({ settled, requeued }) => tell({ kind: 'recovered', settled, requeued }),
    },
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
  });
  tell({ kind: 'ready', serviceId });
  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  await service.drain(settings.drainMs);
  await queue.close();
  await database.close();
  await server.close();
  process.exit(0);
}
