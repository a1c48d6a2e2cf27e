/** Git's wire format: lines that begin with their length in four hexadecimal digits, and marks between sections. Pure. */

export const FLUSH = '0000';
export const DELIMITER = '0001';

/** A line, or the mark that ends a section or all of them. */
export type Packet = { readonly kind: 'line'; readonly bytes: Buffer } | { readonly kind: 'delimiter' | 'flush' };

/** One line; the length counts itself. */
export function packetLine(text: string): string {
  return `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`;
}

/** All packets of an answer. Throws RangeError where lengths do not fit. */
export function parsePackets(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    const digits = bytes.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
    if (length < 0 || length === 3 || at + length > bytes.length) throw new RangeError(`no length of a packet at byte ${at}`);
    // 2 ends the whole answer, as does a flush.
    if (length < 4) packets.push({ kind: length === 1 ? 'delimiter' : 'flush' });
    else packets.push({ kind: 'line', bytes: bytes.subarray(at + 4, at + length) });
    at += Math.max(length, 4);
  }
  return packets;
}
