/** Which lines of a YAML file belong to texts of several lines, where every space may count. */

/** Lines (1-based) of block scalars and of other texts over several lines; null for what does not parse. */
export async function yamlTextLines(text: string): Promise<ReadonlySet<number> | null> {
  const { LineCounter, parseAllDocuments, visit } = await import('yaml');
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent' });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return null;
  const lines = new Set<number>();
  for (const document of documents) {
    visit(document, {
      Scalar(_key, { range }) {
        if (!range) return;
        const first = counter.linePos(range[0]).line;
        const last = counter.linePos(Math.max(range[0], range[1] - 1)).line;
        if (last > first) for (let line = first; line <= last; line += 1) lines.add(line);
      },
    });
  }
  return lines;
}
