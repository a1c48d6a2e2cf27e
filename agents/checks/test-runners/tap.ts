/** Reads TAP as Node's test runner (nested) and AVA (flat) write it. */

/** One test point. */
export interface TapPoint {
  /** Names of the suites above it, outermost first. */
  readonly parents: readonly string[];
  readonly name: string;
  readonly ok: boolean;
  readonly skipped: boolean;
  /** Whether points below it were reported. */
  readonly hasChildren: boolean;
  /** Its diagnostic block, one `key: value` each; block values keep their line breaks. */
  readonly details: Readonly<Record<string, string>>;
}

interface Open {
  readonly depth: number;
  readonly name: string;
  hasChildren: boolean;
}

const POINT = /^( *)(not ok|ok) \d+(?: - (.*))?$/;
const SUBTEST = /^( *)# Subtest: (.*)$/;

/** The points of a TAP document in the order in which they ended; null when it is not one. */
export function readTap(text: string): TapPoint[] | null {
  const lines = text.split('\n');
  if (!lines.some((line) => /^TAP version \d+\s*$/.test(line))) return null;
  const points: TapPoint[] = [];
  const open: Open[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const subtest = SUBTEST.exec(line);
    if (subtest !== null) {
      const depth = (subtest[1] ?? '').length / 4;
      while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
      for (const parent of open) parent.hasChildren = true;
      open.push({ depth, name: unescape(subtest[2] ?? ''), hasChildren: false });
      continue;
    }
    const point = POINT.exec(line);
    if (point === null) continue;
    const depth = (point[1] ?? '').length / 4;
    while ((open.at(-1)?.depth ?? -1) > depth) open.pop();
    const own = open.at(-1)?.depth === depth ? open.pop() : undefined;
    const { name, directive } = splitDirective(point[3] ?? '');
    const block = readDetails(lines, at + 1);
    at = block.end - 1;
    points.push({
      parents: open.map((parent) => parent.name),
      name: unescape(name),
      ok: point[2] === 'ok' || directive === 'TODO',
      skipped: directive !== null,
      hasChildren: own?.hasChildren ?? false,
      details: block.details,
    });
  }
  return points;
}

function splitDirective(title: string): { name: string; directive: 'SKIP' | 'TODO' | null } {
  const match = /^(.*?)(?<!\\)# (SKIP|TODO)\b.*$/i.exec(title);
  if (match === null) return { name: title.trimEnd(), directive: null };
  return { name: (match[1] ?? '').trimEnd(), directive: match[2]?.toUpperCase() === 'TODO' ? 'TODO' : 'SKIP' };
}

function unescape(name: string): string {
  return name.replace(/\\(.)/g, '$1');
}

/** The YAML block behind a point: only its own keys are read, so no parser is needed for what tests print. */
function readDetails(lines: readonly string[], from: number): { details: Record<string, string>; end: number } {
  const details: Record<string, string> = {};
  const marker = /^( +)---\s*$/.exec(lines[from] ?? '')?.[1]?.length;
  if (marker === undefined) return { details, end: from };
  // Node writes its keys below the marker, AVA two columns to the right.
  const indent = Math.max(marker, (lines[from + 1] ?? '').search(/\S/));
  let at = from + 1;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith(`${' '.repeat(marker)}...`)) return { details, end: at + 1 };
    const pair = /^ *([\w-]+): ?(.*)$/.exec(line);
    if (pair === null || line.search(/\S/) !== indent) continue;
    const block: string[] = [];
    while (isDeeper(lines[at + 1], indent)) block.push((lines[(at += 1)] ?? '').slice(indent + 2));
    const value = pair[2] ?? '';
    details[pair[1] ?? ''] = /^[|>][-+]?$/.test(value) ? block.join(value.startsWith('>') ? ' ' : '\n') : unquote(value);
  }
  return { details, end: at };
}

function isDeeper(line: string | undefined, indent: number): boolean {
  if (line === undefined) return false;
  return line.trim() === '' || line.search(/\S/) > indent;
}

function unquote(value: string): string {
  if (/^'.*'$/s.test(value)) return value.slice(1, -1).replaceAll("''", "'").replaceAll('\\n', '\n');
  if (!/^".*"$/s.test(value)) return value;
  try {
    return JSON.parse(value) as string;
  } catch {
    return value.slice(1, -1);
  }
}
