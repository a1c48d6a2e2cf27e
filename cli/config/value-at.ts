/** A value in a configuration by its path. Pure. */

/** `agents.docs.schedule`; undefined: there is none. */
export function valueAtPath(config: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
      config,
    );
}
