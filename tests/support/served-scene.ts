/** Clones as `agent serve` uses them, without the service around them. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { ConnectionPool } from '../../prisma/sql.ts';
import { openClones, serveClones, type ServedClones } from '../../cli/serve/served-clones.ts';
import { readEnvironment } from '../../cli/environment.ts';

export interface ServedScene {
  readonly served: ServedClones;
  readonly foreign: UpkeepEvent[];
  readonly problems: string[];
  readonly notes: string[];
}

/** A service that uses the clone at `path`, as it is after its start. */
export async function servedScene(pool: ConnectionPool, path: string, now: Date = new Date()): Promise<ServedScene> {
  const context = { environment: readEnvironment({ HOME: path, PATH: process.env['PATH'] }), version: '1.0.0', debug: false };
  const scene = { foreign: [] as UpkeepEvent[], problems: [] as string[], notes: [] as string[] };
  const clones = await openClones([path], context, now);
  const served = await serveClones(
    clones,
    {
      pool,
      context,
      onProblem: (what, error) => scene.problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`),
      onNote: (note) => scene.notes.push(note),
      onForeign: (events: readonly EventRow[]) => scene.foreign.push(...events.map(({ envelope }) => envelope as UpkeepEvent)),
    },
    now,
  );
  return { ...scene, served };
}
