/** Loads configurations from texts in memory. */
import { loadConfig, type LoadConfigRequest, type LoadedConfig } from '../../cli/config.ts';
import { readEnvironment } from '../../cli/environment.ts';

export type Files = Readonly<Record<string, string>>;

/** A request that reads `files` as the commit and `installed` as the checkout on disk. */
export function configRequest(
  files: Files,
  changes: Partial<LoadConfigRequest> & { installed?: Files; env?: Record<string, string> } = {},
): LoadConfigRequest {
  const { installed = {}, env = {}, ...rest } = changes;
  return {
    readFile: (path) => Promise.resolve(files[path] ?? null),
    readInstalled: (path) => Promise.resolve(installed[path] ?? null),
    cacheFolder: null,
    version: '1.0.0',
    environment: readEnvironment(env),
    flags: {},
    ci: false,
    knownChecks: () => Promise.resolve(['eslint', 'prettier', 'type-check', 'tests']),
    ...rest,
  };
}

/** Loads a configuration from texts. */
export function loadFrom(files: Files, changes: Parameters<typeof configRequest>[1] = {}): Promise<LoadedConfig> {
  return loadConfig(configRequest(files, changes));
}
