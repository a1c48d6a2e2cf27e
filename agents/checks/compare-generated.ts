/** Whether two texts of a generated file say the same, however they are formatted. */

/** Data by its content, code without what only formatters care for. */
export async function isSameContent(path: string, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  if (/\.(json|ya?ml)$/i.test(path)) {
    const read = /\.json$/i.test(path) ? canonicalJson : canonicalYaml;
    const [first, second] = [await read(one), await read(other)];
    return first !== null && first === second;
  }
  return squeezed(one) === squeezed(other);
}

/** The first line (1-based) of `one` that is another in `other`. */
export function firstDifference(one: string, other: string): number {
  const [mine, theirs] = [one.split(/\r?\n/), other.split(/\r?\n/)];
  const at = mine.findIndex((line, index) => line !== theirs[index]);
  return at === -1 ? mine.length : at + 1;
}

/** The same text for the same documents of YAML, in whatever form; null for what is none. */
export async function canonicalYaml(text: string): Promise<string | null> {
  const { parseAllDocuments } = await import('yaml');
  // Where `yes` is true it is no text.
  const documents = parseAllDocuments(text, { logLevel: 'silent', version: '1.1' });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return null;
  try {
    return sorted(documents.map((document) => document.toJS({ maxAliasCount: 1000 }) as unknown));
  } catch {
    return null;
  }
}

function canonicalJson(text: string): string | null {
  try {
    return sorted(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The same text for the same data, whatever the order of its keys. */
function sorted(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value,
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Code without space, quotes of a kind, and signs that may be left out at an end. */
function squeezed(code: string): string {
  return code
    .replace(/\s+/g, '')
    .replace(/["'`]/g, '"')
    .replace(/,(?=[\])}>])/g, '')
    .replace(/[;,]/g, '')
    .replace(/(?<=[=:(<{,])\|/g, '');
}
