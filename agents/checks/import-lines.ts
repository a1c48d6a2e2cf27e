import ts from 'typescript';

/** Where a file names another module. */
export interface ImportPlace {
  /** 1-based line of the first import that is more than one of types. */
  readonly line: number;
  /** Whether that line is indented, as inside a function. */
  readonly indented: boolean;
  /** Whether every import of it is `import type` or `export type`. */
  readonly typesOnly: boolean;
}

/** Module specifier → where it is imported; comments and strings that only look so are passed over. */
export function locateImports(text: string): ReadonlyMap<string, ImportPlace> {
  const starts = lineStarts(text);
  const places = new Map<string, ImportPlace>();
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const typesOnly = isTypeImport(text.slice(Math.max(0, pos - 4000), pos));
    const before = places.get(fileName);
    if (before !== undefined && (typesOnly || !before.typesOnly)) continue;
    const line = lineAt(starts, pos);
    places.set(fileName, { line, indented: /^[ \t]/.test(text.slice(starts[line - 1], pos)), typesOnly });
  }
  return places;
}

/** The line of a specifier that the quick scanner missed, as behind a regular expression that it took for a division; null when it is nowhere written so. */
export function searchImport(text: string, specifier: string): number | null {
  const found = [`'${specifier}'`, `"${specifier}"`, `\`${specifier}\``]
    .map((quoted) => text.indexOf(quoted))
    .filter((position) => position >= 0);
  return found.length === 0 ? null : lineAt(lineStarts(text), Math.min(...found));
}

/** Whether the statement that ends with this text is of types alone. */
function isTypeImport(before: string): boolean {
  const keywords = [...before.matchAll(/\b(?:import|export)\b/g)];
  const statement = before.slice(keywords.at(-1)?.index ?? before.length);
  return /^(?:import|export)\s+type(?:of)?(?:\s+(?!from\b|,|\s)|(?=[{*]))/.test(statement) && !statement.includes(';');
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}

function lineAt(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return low + 1;
}
