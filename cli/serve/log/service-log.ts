/** What a service says, in words for people; json-log.ts says the same for programs. */
import type { UpkeepEvent } from '../../../ledger/event.ts';
import type { EventRow } from '../../../prisma/runs/write-events.ts';
import type { ServiceObserver } from '../../../scheduler/service-observer.ts';
import type { StatusEvent } from '../../../scheduler/status-feed.ts';
import { plainLine } from '../../reporters/plain-text.ts';
import { clockText, serviceLines, type ServiceLines, type ServiceLinesSettings } from '../service-lines.ts';
import { isSaid, levelOf, type LogLevel } from './levels.ts';

export interface ServiceLog extends ServiceLines {
  /** What could not be done, and is tried again. */
  problem(what: string, error: unknown): void;
  status(event: StatusEvent): void;
  /** By it the log learns which attempt of a run is under way. */
  readonly observer: ServiceObserver;
}

/** An error as it is told: its code and one line. */
export type ExplainProblem = (error: unknown) => { readonly code: string; readonly message: string };

export interface PlainLogSettings extends ServiceLinesSettings {
  /** For problems. */
  readonly printProblem: (line: string) => void;
  readonly level: LogLevel;
  readonly redact: (text: string) => string;
  readonly explain: ExplainProblem;
}

/** Lines as serviceLines makes them, without secrets and without what is below the level. */
export function plainLog(settings: PlainLogSettings): ServiceLog {
  const { level, redact, explain } = settings;
  const lines = serviceLines({ ...settings, print: (line) => settings.print(redact(line)) });
  const isWanted = (event: UpkeepEvent): boolean => isSaid(levelOf(event), level);
  return {
    events: (rows: readonly EventRow[]) => lines.events(rows.filter(({ envelope }) => isWanted(envelope as UpkeepEvent))),
    progress: (event, repository) => (isWanted(event) ? lines.progress(event, repository) : undefined),
    note: (text) => (isSaid('info', level) ? lines.note(text) : undefined),
    problem: (what, error) =>
      settings.printProblem(`${clockText(settings.now())}  ${plainLine(redact(`${what}: ${explain(error).message}`))}`),
    status: () => undefined,
    observer: {},
  };
}
