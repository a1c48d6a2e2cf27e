/** What happened, as data. Types only, and the one function that makes an event; the schemas are in event-schema.ts. */
import { randomBytes } from 'node:crypto';
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
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
