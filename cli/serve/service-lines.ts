/** What a service says on a terminal: one line for what people want to know of, with the time of their clock. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { eventLine } from '../reporters/plain-lines.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { DROP_WORDS } from '../wording.ts';

/** Writes lines. */
export interface ServiceLines {
  /** What was written down at once. */
  events(rows: readonly EventRow[]): void;
  /** What happens on the way. */
  progress(event: UpkeepEvent, repository: string): void;
  note(text: string): void;
}

export interface ServiceLinesSettings {
  readonly print: (line: string) => void;
  readonly nameOf: (repositoryId: string) => string;
  /** Whether each line begins with its repository. */
  readonly isMany: () => boolean;
  readonly now: () => Date;
}

export function serviceLines({ print, nameOf, isMany, now }: ServiceLinesSettings): ServiceLines {
  const say = (text: string, repository: string | null): void =>
    print(`${clockText(now())}  ${repository !== null && isMany() ? `${plainLine(repository)}  ` : ''}${text}`);
  const tell = (event: UpkeepEvent, repository: string | null): void => {
    const line = serviceLine(event);
    if (line !== null) say(line, repository);
  };
  return {
    events: (rows) => {
      const drops: { readonly event: Dropped; readonly repository: string | null }[] = [];
      for (const { envelope, repositoryId } of rows) {
        const event = envelope as UpkeepEvent;
        const repository = repositoryId === null ? null : nameOf(repositoryId);
        if (event.type === 'agent:slot-dropped') drops.push({ event, repository });
        // A start was told when it happened.
        else if (event.type !== 'agent:started') tell(event, repository);
      }
      const together = Map.groupBy(drops, ({ event: { data }, repository }) => JSON.stringify([repository, data.agentId, data.reason]));
      for (const [first, ...more] of together.values())
        if (first !== undefined) say(droppedLine([first, ...more].map(({ event }) => event)), first.repository);
    },
    progress: (event, repository) => {
      if (event.type === 'agent:started') tell(event, repository);
    },
    note: (text) => say(plainLine(text), null),
  };
}

/** An event as a line, or null for what happens all day long and tells nothing new. */
export function serviceLine(event: UpkeepEvent): string | null {
  if (event.type === 'agent:skipped' && QUIET.has(event.data.reason)) return null;
  const line = eventLine(event);
  if (line === null) return null;
  return event.type === 'agent:failed' && event.data.reason !== 'errors-left' && event.data.error.message !== ''
    ? `${line} – ${plainLine(event.data.error.message)}`
    : line;
}

type Dropped = Extract<UpkeepEvent, { type: 'agent:slot-dropped' }>;

/** After a night of sleep there are hundreds: one line for all of an agent. */
function droppedLine(events: readonly Dropped[]): string {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return '';
  const since = first.data.since ?? first.data.nominalTime;
  if (events.length === 1 && since === first.data.nominalTime) return eventLine(first) ?? '';
  const why = DROP_WORDS[first.data.reason] ?? first.data.reason;
  const [from, to] = [since, last.data.nominalTime].map((time) => `${time.slice(0, 16).replace('T', ' ')}`);
  return `${(first.data.agentId ?? 'upkeep').padEnd(12)}  slots from ${from} to ${to} UTC dropped: ${plainLine(why)}`;
}

/** A slot that found nothing to do. */
const QUIET: ReadonlySet<string> = new Set(['unchanged', 'not-applicable']);

/** `16:25:03`, on the clock of this machine. */
export function clockText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
