/** What a service says on a terminal: one line for what people want to know of, with the time of their clock. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { eventLine } from '../reporters/plain-lines.ts';
import { plainLine } from '../reporters/plain-text.ts';

/** Writes lines; `isMany`: whether each begins with its repository. */
export interface ServiceLines {
  /** What was written down. */
  event(row: EventRow): void;
  /** What happens on the way. */
  progress(event: UpkeepEvent, repository: string): void;
  note(text: string): void;
}

export interface ServiceLinesSettings {
  readonly print: (line: string) => void;
  readonly nameOf: (repositoryId: string) => string;
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
    event: ({ envelope, repositoryId }) => {
      const event = envelope as UpkeepEvent;
      // It was told when it happened.
      if (event.type !== 'agent:started') tell(event, repositoryId === null ? null : nameOf(repositoryId));
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

/** A slot that found nothing to do. */
const QUIET: ReadonlySet<string> = new Set(['unchanged', 'not-applicable']);

/** `16:25:03`, on the clock of this machine. */
function clockText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
