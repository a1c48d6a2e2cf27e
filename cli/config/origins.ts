/** Where the values of a configuration come from. */
import type { ResolvedConfig } from '../config-schema.ts';
import type { ConfigLayer, ConfigObject } from './config-layer.ts';
import { leavesOf, valueAt } from './merge-config.ts';

/** A configuration that can be trusted, and where each of its values comes from. */
export interface ValidatedConfig {
  readonly config: ResolvedConfig;
  /** `limits.concurrency` → `agent.config.json:3:5`, `UPKEEP_CONCURRENCY`, `default`. */
  readonly origins: Readonly<Record<string, string>>;
}

/** `limits.concurrency` → the layer that gave it, with the line where it stands in a file. */
export function originsOf(config: ConfigObject, layers: readonly ConfigLayer[]): Record<string, string> {
  const origins: Record<string, string> = {};
  for (const path of leavesOf(config)) {
    const layer = layers.findLast((one) => valueAt(one.value, path) !== undefined || isBelowReplaced(one.value, path));
    const position = layer?.locate(path, 'value');
    origins[path.join('.')] = !layer ? 'default' : position ? `${layer.source}:${position.line}:${position.column}` : layer.source;
  }
  return origins;
}

/** A check set to `false` answers for everything below it. */
function isBelowReplaced(value: ConfigObject, path: readonly string[]): boolean {
  return path.some((_key, index) => valueAt(value, path.slice(0, index + 1)) === false);
}
