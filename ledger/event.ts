/** What happened, as data. Types only, and the one function that makes an event; the schemas are in event-schema.ts. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { EVENT_DATA, Envelope, EventType } from './event-schema.ts';

export type { EventType } from './event-schema.ts';

/** The data of an event of type `T`. */
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;

/** One event of type `T` in its CloudEvents 1.0 envelope. */
export type EventOf<T extends EventType> = Omit<Envelope, never> & { readonly type: T; readonly data: EventData<T> };

/** Any event. Switch on `type`. */
export type UpkeepEvent = { [T in EventType]: EventOf<T> }[EventType];

/** Where events come from and which trigger they belong to. */
export interface EventOrigin {
  /** `ci:<run id>`, `laptop:<host>` or `service:<name>`. */
  readonly source: string;
  readonly correlationId: string;
  readonly causationId?: string | null;
  readonly now: () => Date;
}

export const EVENT_SCHEMA_VERSION = 'upkeep/v1';

/** Puts data into an envelope with a fresh UUIDv7. */
export function makeEvent<T extends EventType>(type: T, data: EventData<T>, origin: EventOrigin): EventOf<T> {
  const now = origin.now();
  return {
    specversion: '1.0',
    id: uuidv7(now),
    type,
    source: origin.source,
    time: now.toISOString(),
    subject: data.agentId ?? 'upkeep',
    dataschema: EVENT_SCHEMA_VERSION,
    correlationid: origin.correlationId,
    causationid: origin.causationId ?? null,
    data,
  };
}

/** RFC 9562 UUID version 7: 48 bits of milliseconds, then random bits. */
export function uuidv7(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  // Its last bits are random, from a stock that is filled many at a time.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
