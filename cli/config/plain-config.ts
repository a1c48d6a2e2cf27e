/** The configuration of a repository that has none: the defaults, and what we ourselves lay over them. Needs no validation, so it loads no schema. */
import type { ResolvedConfig } from '../config-schema.ts';
import type { ConfigLayer, ConfigObject } from './config-layer.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { mergeConfig } from './merge-config.ts';
import { originsOf, type ValidatedConfig } from './origins.ts';

/** What `validateLayers` makes of these layers. None of them may hold what a person wrote. */
export function plainConfig(layers: readonly ConfigLayer[]): ValidatedConfig {
  // Its keys stay in the order of the schema: the hash of the configuration goes by it.
  const config = layers.reduce<ConfigObject>((lower, layer) => mergeConfig(lower, layer.value), DEFAULT_CONFIG);
  return { config: config as unknown as ResolvedConfig, origins: originsOf(config, layers) };
}
