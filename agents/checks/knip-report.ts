/** Reads the JSON report of knip, of this version and of those before it. */

/** One thing that knip says. */
export interface KnipIssue {
  /** `files`, `dependencies`, `devDependencies`, `unlisted`, `exports`, … */
  readonly kind: string;
  /** Relative to the folder that knip ran in. */
  readonly file: string;
  /** The dependency or export; the file itself for files. */
  readonly name: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** The issues in what knip printed; null when there is no report in it. */
export function readKnipReport(stdout: string): KnipIssue[] | null {
  // Configuration files that knip loads may print too.
  for (const line of stdout.split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      const json: unknown = JSON.parse(line);
      if (isRecord(json) && Array.isArray(json['issues'])) return issuesOf(json['issues'], json['files']);
    } catch {
      continue;
    }
  }
  return null;
}

/** Null when a row is none that we know: nothing it says is to be lost. */
function issuesOf(rows: readonly unknown[], files: unknown): KnipIssue[] | null {
  const issues: KnipIssue[] = [];
  // Up to version 5 unused files stood beside the rows.
  for (const file of Array.isArray(files) ? files : []) {
    if (typeof file === 'string') issues.push({ kind: 'files', file, name: file, line: null, column: null });
  }
  for (const row of rows) {
    if (!isRecord(row) || typeof row['file'] !== 'string') return null;
    const { file } = row as { file: string };
    for (const [kind, value] of Object.entries(row)) {
      if (kind === 'file' || kind === 'owners') continue;
      if (kind === 'files') {
        // Version 5 said `true`, later ones name the file again.
        if (value === true || (Array.isArray(value) && value.length > 0)) issues.push({ kind, file, name: file, line: null, column: null });
        continue;
      }
      // Members stand below the name of their enum or class.
      const items = isRecord(value)
        ? Object.entries(value).flatMap(([owner, list]) => itemsOf(list).map((item) => ({ ...item, name: `${owner}.${item.name}` })))
        : itemsOf(value);
      for (const item of items) issues.push({ kind, file, ...item });
    }
  }
  return issues;
}

type Item = Pick<KnipIssue, 'name' | 'line' | 'column'>;

function itemsOf(value: unknown): Item[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown): Item[] => {
    if (Array.isArray(each)) {
      // Duplicates come as groups.
      const names = itemsOf(each);
      return names[0] === undefined ? [] : [{ ...names[0], name: names.map(({ name }) => name).join(', ') }];
    }
    if (!isRecord(each) || typeof each['name'] !== 'string') return [];
    const name = typeof each['namespace'] === 'string' && each['namespace'] !== '' ? `${each['namespace']}.${each['name']}` : each['name'];
    return [{ name, line: numberOf(each['line']), column: numberOf(each['col']) }];
  });
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
