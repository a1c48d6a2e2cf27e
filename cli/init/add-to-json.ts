/** Additions to JSON that people wrote: what is added is all that changes, whatever the layout of the rest. Pure. */
import { applyEdits, findNodeAtLocation, getNodeValue, parseTree, type Edit, type JSONPath, type Node } from 'jsonc-parser';

export interface AddedJson {
  readonly text: string;
  /** What was added or put in the place of something else, in the order of the file; several lines each, maybe. */
  readonly added: readonly string[];
}

/** Brings the object at `path` to hold `values` as well: absent keys are added, lists are continued, anything else is replaced. Throws TypeError for a path below no object. */
export function addToJson(text: string, path: JSONPath, values: Readonly<Record<string, unknown>>): AddedJson {
  const root = parseTree(text);
  if (root === undefined) throw new TypeError('the text is no JSON');
  const layout = layoutOf(text);
  const changes: Change[] = [];
  // Of a path that is not there yet, the first absent key is added with everything below it.
  const known = path.findIndex((_, at) => findNodeAtLocation(root, path.slice(0, at + 1)) === undefined);
  const depth = known < 0 ? path.length : known;
  const node = findNodeAtLocation(root, path.slice(0, depth));
  if (node?.type !== 'object') throw new TypeError(`${path.slice(0, depth).join('.')} is no object`);
  const wanted = path.slice(depth).reduceRight<unknown>((value, key) => ({ [key]: value }), values) as Record<string, unknown>;
  bring(node, wanted, { text, layout, changes });
  changes.sort((a, b) => a.edit.offset - b.edit.offset);
  return {
    text: applyEdits(
      text,
      changes.map(({ edit }) => edit),
    ),
    added: changes.flatMap(({ shown }) => shown),
  };
}

interface Layout {
  /** One step. */
  readonly indent: string;
  readonly eol: string;
}

interface Change {
  readonly edit: Edit;
  readonly shown: readonly string[];
}

interface Target {
  readonly text: string;
  readonly layout: Layout;
  readonly changes: Change[];
}

/** Makes a value what it should be by the smallest changes. */
function bring(node: Node, wanted: unknown, target: Target): void {
  const { changes } = target;
  const children = node.children ?? [];
  if (node.type === 'object' && isObject(wanted)) {
    const there = new Map(children.map(({ children: [key, value] = [] }) => [key?.value as unknown, value]));
    for (const [key, value] of Object.entries(wanted)) {
      const now = there.get(key);
      if (now !== undefined) bring(now, value, target);
    }
    const absent = Object.entries(wanted).filter(([key]) => !there.has(key));
    append(
      node,
      absent.map(
        ([key, value]) =>
          (gap) =>
            `${JSON.stringify(key)}: ${written(value, gap, target.layout)}`,
      ),
      target,
    );
  } else if (node.type === 'array' && Array.isArray(wanted) && continues(wanted, getNodeValue(node))) {
    children.forEach((child, index) => bring(child, wanted[index], target));
    append(
      node,
      wanted.slice(children.length).map((value) => (gap) => written(value, gap, target.layout)),
      target,
    );
  } else if (JSON.stringify(getNodeValue(node)) !== JSON.stringify(wanted)) {
    const content = written(wanted, '', target.layout);
    const key = node.parent?.type === 'property' ? `${JSON.stringify(node.parent.children?.[0]?.value)}: ` : '';
    changes.push({ edit: { offset: node.offset, length: node.length, content }, shown: [`${key}${content}`] });
  }
}

/** Adds items behind the last one, laid out as that one is. */
function append(container: Node, items: readonly ((gap: string) => string)[], { text, layout, changes }: Target): void {
  if (items.length === 0) return;
  const children = container.children ?? [];
  const last = children.at(-1);
  const end = container.offset + container.length - 1;
  if (last === undefined) {
    const isOpen = text.slice(container.offset, end).includes('\n');
    const gap = isOpen ? `${layout.eol}${indentAt(text, container.offset)}${layout.indent}` : ' ';
    const shown = items.map((item) => item(gap));
    const content = `${gap}${shown.join(`,${gap}`)}${isOpen || container.type === 'array' ? '' : ' '}`;
    changes.push({ edit: { offset: container.offset + 1, length: 0, content }, shown });
    return;
  }
  const before = children.at(-2);
  const start = before === undefined ? container.offset + 1 : before.offset + before.length;
  const gap = /\s*$/.exec(text.slice(start, last.offset))?.[0] ?? '';
  // Empty lines between entries are not continued.
  const tight = gap.includes('\n') ? `${layout.eol}${gap.slice(gap.lastIndexOf('\n') + 1)}` : gap;
  const shown = items.map((item) => item(tight));
  const content = shown.map((item) => `,${tight}${item}`).join('');
  const lead = tight.slice(tight.lastIndexOf('\n') + 1).replace(/^ $/, '');
  changes.push({ edit: { offset: last.offset + last.length, length: 0, content }, shown: shown.map((item) => `${lead}${item}`) });
}

/** Lists stand on one line; objects as their surroundings do. */
function written(value: unknown, gap: string, layout: Layout): string {
  if (Array.isArray(value)) return `[${value.map((item) => written(item, ' ', layout)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const inner = gap.includes('\n') ? `${gap}${layout.indent}` : ' ';
  const entries = Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${written(item, inner, layout)}`);
  return entries.length === 0 ? '{}' : `{${entries.join(',')}${gap.includes('\n') ? gap : ' '}}`;
}

/** Whether a list is the other one with more at its end, at every depth. */
function continues(wanted: readonly unknown[], now: unknown): boolean {
  if (!Array.isArray(now) || now.length > wanted.length) return false;
  return now.every((item, index) => {
    const other: unknown = wanted[index];
    return JSON.stringify(item) === JSON.stringify(other) || (Array.isArray(other) && continues(other, item));
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}

function layoutOf(text: string): Layout {
  return { indent: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}
