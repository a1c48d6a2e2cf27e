/** YAML, as values with positions; aliases are bounded, tags and merge keys are off. */
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';
import { isConfigObject, type ConfigLayer, type ConfigPath, type ConfigValue, type Position } from './config-layer.ts';

/** Values that one alias may bring; more is an attempt to exhaust memory. */
const MAX_ALIASES = 50;
const MAX_DEPTH = 20;

/** Throws ConfigError where the text is no YAML mapping. */
export function parseYamlLayer(source: string, text: string): ConfigLayer {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fail = (offset: number, message: string): never => {
    throw new ConfigError([{ source, ...at(offset), message }]);
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    logLevel: 'silent',
  });
  const first = document.errors[0];
  if (first) fail(first.pos[0], `this is no YAML: ${first.message}`);
  const value = toValue(() => document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, fail);
  if (!isConfigObject(value)) return fail(0, 'expected a mapping of keys to values');
  const locate = (path: ConfigPath, part: 'key' | 'value'): Position | null => {
    if (part === 'key' && path.length > 0) {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : undefined;
      const range = pair && isScalar(pair.key) ? pair.key.range : null;
      if (range) return at(range[0]);
    }
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range;
    return range ? at(range[0]) : null;
  };
  return { source, value, locate };
}

function toValue(read: () => unknown, fail: (offset: number, message: string) => never): ConfigValue {
  let raw: unknown;
  try {
    raw = read();
  } catch (error) {
    return fail(0, `the YAML cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  return plain(raw, 0, fail);
}

function plain(raw: unknown, depth: number, fail: (offset: number, message: string) => never): ConfigValue {
  if (depth > MAX_DEPTH) return fail(0, `nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(raw)) return raw.map((item) => plain(item, depth + 1, fail));
  if (typeof raw === 'object' && raw !== null) {
    const object: Record<string, ConfigValue> = Object.create(null) as Record<string, ConfigValue>;
    for (const [key, value] of Object.entries(raw)) {
      if (key === '__proto__') fail(0, 'unknown key "__proto__"');
      object[key] = plain(value, depth + 1, fail);
    }
    return object;
  }
  if (typeof raw === 'string' || typeof raw === 'boolean' || raw === null) return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw;
  return fail(
    0,
    `a value that is neither text, number, true, false, null, list nor mapping: ${typeof raw === 'number' ? raw : typeof raw}`,
  );
}
