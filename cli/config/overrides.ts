/** Settings that do not stand in a file: the environment, the command line, what is different in CI. */
import type { ConfigLayer, ConfigValue } from './config-layer.ts';

/** Environment variables that override settings; documented in the guide. */
export const ENVIRONMENT_OVERRIDES = {
  UPKEEP_DELIVERY: { path: 'delivery.mode', kind: 'text' },
  UPKEEP_BRANCH: { path: 'delivery.branch', kind: 'text' },
  UPKEEP_REMOTE: { path: 'delivery.remote', kind: 'text' },
  UPKEEP_STRICT: { path: 'strict', kind: 'boolean' },
  UPKEEP_INSTALL: { path: 'install', kind: 'boolean' },
  UPKEEP_DEPENDENCIES: { path: 'dependencies', kind: 'text' },
  UPKEEP_CONCURRENCY: { path: 'limits.concurrency', kind: 'number' },
  UPKEEP_TOOL_TIMEOUT_SECONDS: { path: 'limits.toolTimeoutSeconds', kind: 'number' },
  UPKEEP_MAX_OUTPUT_MEGABYTES: { path: 'limits.maxOutputMegabytes', kind: 'number' },
  UPKEEP_RUN_MINUTES: { path: 'limits.runMinutes', kind: 'number' },
  UPKEEP_MAX_CONCURRENT: { path: 'scheduler.maxConcurrent', kind: 'number' },
  UPKEEP_LEDGER_STORE: { path: 'ledger.store', kind: 'text' },
} as const;

/** Options of `agent run` that are settings as well. */
export interface ConfigFlags {
  readonly delivery?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly strict?: boolean | undefined;
  readonly install?: boolean | undefined;
}

const FLAG_PATHS = { delivery: 'delivery.mode', concurrency: 'limits.concurrency', strict: 'strict', install: 'install' } as const;

/** What is different in CI, below everything that a person wrote. */
export function ciDefaults(): ConfigLayer {
  return layerOf('default in CI', ['delivery.mode', 'push'], ['install', true]);
}

/** One layer for each variable that is set and not empty. */
export function environmentLayers(env: Readonly<Record<string, string | undefined>>): ConfigLayer[] {
  return Object.entries(ENVIRONMENT_OVERRIDES).flatMap(([name, { path, kind }]) => {
    const text = env[name];
    return text === undefined || text === '' ? [] : [layerOf(name, [path, fromText(text, kind)])];
  });
}

/** One layer for each option that was given. */
export function flagLayers(flags: ConfigFlags): ConfigLayer[] {
  return Object.entries(FLAG_PATHS).flatMap(([name, path]) => {
    const value = flags[name as keyof ConfigFlags];
    return value === undefined ? [] : [layerOf(`--${name}`, [path, value])];
  });
}

function layerOf(source: string, ...settings: readonly (readonly [string, ConfigValue])[]): ConfigLayer {
  const value: Record<string, ConfigValue> = {};
  for (const [path, setting] of settings) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let target = value;
    for (const key of keys) target = (target[key] ??= {}) as Record<string, ConfigValue>;
    target[last] = setting;
  }
  return { source, value: value, locate: () => null };
}

/** What does not fit its kind stays text, and validation says what was expected. */
function fromText(text: string, kind: 'text' | 'number' | 'boolean'): ConfigValue {
  if (kind === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (kind === 'boolean' && /^(true|yes|on|1)$/i.test(text)) return true;
  if (kind === 'boolean' && /^(false|no|off|0)$/i.test(text)) return false;
  return text;
}
