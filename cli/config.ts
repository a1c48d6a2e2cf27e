/** The configuration of a run: found, extended, overridden, validated once and cached. */
import type { ConfigObject } from './config/config-layer.ts';
import { configHash, hashOf, readCache, writeCache } from './config/config-cache.ts';
import type { ConfigFiles, ReadSource } from './config/extend-config.ts';
import { findConfig, type ReadFile } from './config/find-config.ts';
import { ciDefaults, environmentLayers, flagLayers, type ConfigFlags } from './config/overrides.ts';
import type { ResolvedConfig } from './config-schema.ts';
import type { Environment } from './environment.ts';
import { DELIVERY_MODES } from '../ledger/outcome.ts';

/** Everything that decides a configuration. */
export interface LoadConfigRequest {
  /** Files of the commit that is checked, or of the working tree with --working-tree; repository-relative paths. */
  readonly readFile: ReadFile;
  /** Files of the checkout on disk, for presets under node_modules; null in a bare repository. */
  readonly readInstalled: ReadFile | null;
  /** `<common>/upkeep/cache`, or null for none. */
  readonly cacheFolder: string | null;
  /** Version of this program: another one validates anew. */
  readonly version: string;
  readonly environment: Environment;
  readonly flags: ConfigFlags;
  /** Whether the defaults of CI apply. */
  readonly ci: boolean;
  /** Names of our checks; asked for only when the configuration names one. */
  readonly knownChecks: () => Promise<readonly string[]>;
}

/** A validated configuration. */
export interface LoadedConfig {
  readonly config: ResolvedConfig;
  /** `limits.concurrency` → where its value comes from. */
  readonly origins: Readonly<Record<string, string>>;
  /** The file that was found, or null. */
  readonly file: string | null;
}

/** Loads the configuration. Throws ConfigError when it cannot be used. */
export async function loadConfig(request: LoadConfigRequest): Promise<LoadedConfig> {
  const found = await findConfig(request.readFile);
  const environment = environmentLayers(request.environment.variables);
  const above = [...environment, ...flagLayers(request.flags)];
  const below = request.ci ? [ciDefaults()] : [];
  const hash = configHash([
    request.version,
    found,
    [...below, ...above].map(({ source, value }): [string, ConfigObject] => [source, value]),
  ]);
  const files: ConfigFiles = { repository: request.readFile, installed: request.readInstalled };
  const read = async ({ place, path }: Pick<ReadSource, 'place' | 'path'>): Promise<string | null> => (await files[place]?.(path)) ?? null;

  const cached = request.cacheFolder === null ? null : await readCache(request.cacheFolder, hash, read);
  if (cached) return { config: cached.config, origins: cached.origins, file: found?.file ?? null };

  if (found === null && environment.length === 0 && needNoValidation(request.flags))
    return { ...(await import('./config/plain-config.ts')).plainConfig([...below, ...above]), file: null };

  const [{ extendConfig }, { validateLayers }] = await Promise.all([
    import('./config/extend-config.ts'),
    import('./config/validate-config.ts'),
  ]);
  const extended = found ? await extendConfig(found, files) : { layers: [], sources: [] };
  const validated = await validateLayers([...below, ...extended.layers, ...above], request.knownChecks);
  const sources = extended.sources.map(({ place, path, text }) => ({ place, path, hash: hashOf(text) }));
  if (request.cacheFolder !== null) await writeCache(request.cacheFolder, hash, { ...validated, sources });
  return { ...validated, file: found?.file ?? null };
}

/** Whether the options can hold nothing that the schema would refuse: a number has bounds. */
function needNoValidation({ concurrency, delivery }: ConfigFlags): boolean {
  return concurrency === undefined && (delivery === undefined || (DELIVERY_MODES as readonly string[]).includes(delivery));
}
