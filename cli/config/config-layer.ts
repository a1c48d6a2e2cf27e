/** One source of settings: a file, a preset, the environment or the command line. */
export interface ConfigLayer {
  /** File as the person knows it, `UPKEEP_DELIVERY`, `--delivery`, `default in CI`. */
  readonly source: string;
  readonly value: ConfigObject;
  /** Where a key or value stands, 1-based; null where the source has no lines. */
  locate(path: ConfigPath, part: 'key' | 'value'): Position | null;
}

export type ConfigPath = readonly (string | number)[];
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | ConfigObject;
export interface ConfigObject {
  readonly [key: string]: ConfigValue;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export function isConfigObject(value: ConfigValue | undefined): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
