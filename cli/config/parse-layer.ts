import { ConfigError, problemOf } from './config-error.ts';
import type { ConfigLayer } from './config-layer.ts';
import type { ConfigText } from './find-config.ts';

/** Reads JSON with comments or YAML, by the file's name. Throws ConfigError. */
export async function parseLayer(config: ConfigText): Promise<ConfigLayer> {
  const text = config.text.replace(/^\uFEFF/, '');
  try {
    if (/\.ya?ml$/.test(config.file)) return (await import('./parse-yaml.ts')).parseYamlLayer(config.file, text);
    return (await import('./parse-json.ts')).parseJsonLayer(config.file, text, config.inside);
  } catch (error) {
    // Thousands of open brackets exhaust the stack of a recursive parser.
    if (error instanceof RangeError) throw new ConfigError([problemOf(config.file, 'nested too deeply to be read')]);
    throw error;
  }
}
