/** Reads a whole pack of Git in memory, without a process and without files. For small packs: every object is unpacked. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

export interface PackObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly content: Buffer;
  /** Worked out from what it holds, when it is asked for. */
  readonly id: string;
}

const TYPES: Readonly<Record<number, PackObject['type']>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;
/** No object of a ledger is nearly as large. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** The objects in their order. Throws RangeError for what is no pack of SHA-1 objects that is complete. */
export function readPack(pack: Buffer): PackObject[] {
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.length < 32) throw new RangeError('this is no pack');
  const version = pack.readUInt32BE(4);
  if (version !== 2) throw new RangeError(`a pack of version ${version}`);
  const sum = createHash('sha1').update(pack.subarray(0, -20)).digest();
  if (!sum.equals(pack.subarray(-20))) throw new RangeError('the checksum of the pack is wrong');
  const byOffset = new Map<number, PackObject>();
  let at = 12;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const entry = readEntry(pack, at);
    byOffset.set(at, objectOf(entry, byOffset));
    at = entry.end;
  }
  return [...byOffset.values()];
}

function objectOf(entry: Entry, byOffset: ReadonlyMap<number, PackObject>): PackObject {
  const { type, data, baseOffset, baseId } = entry;
  if (baseOffset === null && baseId === null) return new Unpacked(typeOf(type), data);
  const base = baseOffset === null ? [...byOffset.values()].find(({ id }) => id === baseId) : byOffset.get(baseOffset);
  if (base === undefined) throw new RangeError('a delta whose base is not in the pack before it');
  return new Unpacked(base.type, applyDelta(base.content, data));
}

class Unpacked implements PackObject {
  readonly type: PackObject['type'];
  readonly content: Buffer;
  #id: string | null = null;

  constructor(type: PackObject['type'], content: Buffer) {
    this.type = type;
    this.content = content;
  }

  get id(): string {
    return (this.#id ??= createHash('sha1').update(`${this.type} ${this.content.length}\0`).update(this.content).digest('hex'));
  }
}

interface Entry {
  readonly type: number;
  readonly baseOffset: number | null;
  readonly baseId: string | null;
  readonly data: Buffer;
  /** Where the next entry begins. */
  readonly end: number;
}

function readEntry(pack: Buffer, start: number): Entry {
  let at = start;
  let byte = byteAt(pack, at++);
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = byteAt(pack, at++);
    size += (byte & 0x7f) * scale;
  }
  if (size > MAX_OBJECT_BYTES) throw new RangeError(`an object of ${size} bytes`);
  let baseOffset: number | null = null;
  let baseId: string | null = null;
  if (type === OFFSET_DELTA) {
    byte = byteAt(pack, at++);
    let distance = byte & 0x7f;
    while (byte & 0x80) {
      byte = byteAt(pack, at++);
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    baseOffset = start - distance;
  } else if (type === REFERENCE_DELTA) {
    baseId = pack.toString('hex', at, at + 20);
    at += 20;
  }
  const { data, length } = inflate(pack.subarray(at), size);
  return { type, baseOffset, baseId, data, end: at + length };
}

/** `length`: bytes of the compressed form. */
function inflate(bytes: Buffer, size: number): { data: Buffer; length: number } {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    // With `info` Node tells how much it read; its types do not know that.
    result = inflateSync(bytes, { info: true, chunkSize: size + 64, maxOutputLength: size + 64 }) as unknown as typeof result;
  } catch (error) {
    throw new RangeError(`an object that cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
  if (result.buffer.length !== size) throw new RangeError('an object of another size than the pack says');
  return { data: result.buffer, length: result.engine.bytesWritten };
}

/** Instructions to copy parts of the base and to insert bytes. */
function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const readSize = (): number => {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = byteAt(delta, at++);
      size += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return size;
    }
  };
  const from = readSize();
  const to = readSize();
  if (from !== base.length || to > MAX_OBJECT_BYTES) throw new RangeError('a delta that does not fit its base');
  const parts: Buffer[] = [];
  while (at < delta.length) {
    const instruction = byteAt(delta, at++);
    if (instruction === 0) throw new RangeError('a delta with an unknown instruction');
    if ((instruction & 0x80) === 0) {
      parts.push(delta.subarray(at, at + instruction));
      at += instruction;
      continue;
    }
    const number = (bits: readonly number[]): number =>
      bits.reduce((sum, bit, index) => (instruction & bit ? sum + byteAt(delta, at++) * 256 ** index : sum), 0);
    const offset = number([0x01, 0x02, 0x04, 0x08]);
    const length = number([0x10, 0x20, 0x40]) || 0x10000;
    if (offset + length > base.length) throw new RangeError('a delta that copies beyond its base');
    parts.push(base.subarray(offset, offset + length));
  }
  const content = Buffer.concat(parts);
  if (content.length !== to) throw new RangeError('a delta of another size than it says');
  return content;
}

function typeOf(type: number): PackObject['type'] {
  const name = TYPES[type];
  if (name === undefined) throw new RangeError(`an object of type ${type}`);
  return name;
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('it ends too early');
  return byte;
}
