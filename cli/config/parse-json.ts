/** JSON with comments, as values with positions. */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { ConfigError } from './config-error.ts';
import { isConfigObject, type ConfigLayer, type ConfigPath, type ConfigValue, type Position } from './config-layer.ts';

const MAX_DEPTH = 20;

/** Reads a document, or only the value of the key `inside` of one that others read as well. Throws ConfigError where it is no JSON object. */
export function parseJsonLayer(source: string, text: string, inside: string | null = null): ConfigLayer {
  const at = positionsOf(text);
  const fail = (offset: number, message: string): never => {
    const { line, column } = at(offset);
    throw new ConfigError([{ source, line, column, message }]);
  };
  const errors: ParseError[] = [];
  const isOurs = inside === null;
  const tree = parseTree(text, errors, { allowTrailingComma: isOurs, disallowComments: !isOurs });
  const first = errors[0];
  if (first) {
    const rest = isOurs ? '' : `; "${inside}" can be read only from plain JSON, without comments and trailing commas`;
    fail(first.offset, `this is no JSON: ${describe(printParseErrorCode(first.error))}${rest}`);
  }
  if (!tree) return fail(0, 'the file is empty; expected an object such as {}');
  const root = inside === null ? tree : findNodeAtLocation(tree, [inside]);
  if (!root) return fail(0, `"${inside}" is missing`);
  const value = toValue(root, 0, fail);
  if (!isConfigObject(value)) return fail(root.offset, `expected an object such as {}, got ${root.type}`);
  return { source, value, locate: (path, part) => locate(root, { path, part, at }) };
}

type Fail = (offset: number, message: string) => never;

function toValue(node: Node, depth: number, fail: Fail): ConfigValue {
  if (depth > MAX_DEPTH) fail(node.offset, `nested deeper than ${MAX_DEPTH} levels`);
  if (node.type === 'array') return (node.children ?? []).map((child) => toValue(child, depth + 1, fail));
  if (node.type !== 'object') return node.value as ConfigValue;
  const object: Record<string, ConfigValue> = Object.create(null) as Record<string, ConfigValue>;
  for (const property of node.children ?? []) {
    const [keyNode, valueNode] = property.children ?? [];
    if (!keyNode || !valueNode) return fail(property.offset, 'a key without a value');
    const key = String(keyNode.value);
    if (key === '__proto__') fail(keyNode.offset, 'unknown key "__proto__"');
    if (Object.hasOwn(object, key)) fail(keyNode.offset, `the key ${JSON.stringify(key)} is written twice`);
    object[key] = toValue(valueNode, depth + 1, fail);
  }
  return object;
}

function locate(root: Node, ask: { path: ConfigPath; part: 'key' | 'value'; at: (offset: number) => Position }): Position | null {
  const { path, part, at } = ask;
  const node = findNodeAtLocation(root, [...path]);
  if (!node) return null;
  const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  return at(part === 'key' && key && path.length > 0 ? key.offset : node.offset);
}

/** Turns offsets into 1-based lines and columns. */
function positionsOf(text: string): (offset: number) => Position {
  return (offset) => {
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
  };
}

function describe(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, (_all, end: string, start: string) => `${end} ${start.toLowerCase()}`).toLowerCase();
}
