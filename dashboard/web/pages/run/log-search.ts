/** Finding words in a log. Pure. */

/** Numbers of the lines that hold the words, whatever their case; none for no words. */
export function linesWith(lines: readonly string[], words: string): readonly number[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []));
}

/** The next of the found lines after (or before) `from`, around the end. */
export function nextFound(found: readonly number[], from: number, step: 1 | -1): number | null {
  if (found.length === 0) return null;
  if (step === 1) return found.find((line) => line > from) ?? found[0] ?? null;
  return found.findLast((line) => line < from) ?? found.at(-1) ?? null;
}

/** The text in pieces, those that are the words marked. */
export function marked(text: string, words: string): readonly { readonly text: string; readonly isFound: boolean }[] {
  if (words === '') return [{ text, isFound: false }];
  const pieces: { text: string; isFound: boolean }[] = [];
  const [low, wanted] = [text.toLowerCase(), words.toLowerCase()];
  let from = 0;
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isFound: false });
    pieces.push({ text: text.slice(at, at + wanted.length), isFound: true });
    from = at + wanted.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isFound: false });
  return pieces;
}
