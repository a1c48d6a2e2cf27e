import { isConfigObject, type ConfigObject, type ConfigValue } from './config-layer.ts';

/** Lays `upper` over `lower`: objects key by key, everything else (lists as well) replaced as a whole. Changes neither. */
export function mergeConfig(lower: ConfigObject, upper: ConfigObject): ConfigObject {
  const merged: Record<string, ConfigValue> = Object.create(null) as Record<string, ConfigValue>;
  for (const [key, value] of Object.entries(lower)) merged[key] = value;
  for (const [key, value] of Object.entries(upper)) {
    const below = merged[key];
    merged[key] = isConfigObject(below) && isConfigObject(value) ? mergeConfig(below, value) : value;
  }
  return merged;
}

/** The paths of all values that are not objects, such as `limits.concurrency`; an empty object counts as a value. */
export function leavesOf(value: ConfigValue, path: readonly string[] = []): string[][] {
  if (!isConfigObject(value)) return [[...path]];
  const entries = Object.entries(value);
  if (entries.length === 0) return path.length === 0 ? [] : [[...path]];
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** The value at a path, or undefined. */
export function valueAt(value: ConfigValue, path: readonly (string | number)[]): ConfigValue | undefined {
  let current: ConfigValue | undefined = value;
  for (const key of path) {
    if (typeof key === 'number') current = Array.isArray(current) ? (current as readonly ConfigValue[])[key] : undefined;
    else current = isConfigObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}
