const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*):\s*(.*)$/;

/** The trailers of a commit message (its last paragraph, when that holds nothing else); the last of a name wins. */
export function parseTrailers(message: string): Map<string, string> {
  const trailers = new Map<string, string>();
  const paragraphs = message
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split(/\n(?:[ \t]*\n)+/);
  // The subject is never a trailer, even when it looks like one ("fix: …").
  if (paragraphs.length < 2) return trailers;
  let last: string | null = null;
  for (const line of (paragraphs.at(-1) ?? '').split('\n')) {
    const [, name, value = ''] = TRAILER.exec(line) ?? [];
    if (name !== undefined) {
      trailers.set(name, value.trim());
      last = name;
    } else if (/^\s+\S/.test(line) && last !== null) {
      trailers.set(last, `${trailers.get(last) ?? ''} ${line.trim()}`.trim());
    } else if (!line.startsWith('(cherry picked from commit ')) {
      return new Map();
    }
  }
  return trailers;
}
