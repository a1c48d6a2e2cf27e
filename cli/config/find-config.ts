import { ConfigError, problemOf } from './config-error.ts';

/** Where settings may stand; more than one at once is an error. */
export const CONFIG_FILES = ['agent.config.json', 'agent.config.yaml', 'agent.config.yml'] as const;
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** A configuration file as text. */
export interface ConfigText {
  /** `agent.config.json`, `package.json` … as the person knows it. */
  readonly file: string;
  readonly text: string;
  /** Key of the document that holds the settings, or null for all of it. */
  readonly inside: string | null;
}

/** Reads a file of the commit that is checked, or of the working tree; null when it is absent. */
export type ReadFile = (path: string) => Promise<string | null>;

/** Finds the configuration of a folder; null when there is none. Throws ConfigError when there are two. */
export async function findConfig(readFile: ReadFile, folder = ''): Promise<ConfigText | null> {
  const paths = [...CONFIG_FILES, 'package.json'].map((name) => (folder === '' ? name : `${folder}/${name}`));
  const texts = await Promise.all(paths.map((path) => readFile(path)));
  const found: ConfigText[] = [];
  for (const [index, file] of paths.entries()) {
    const text = texts[index];
    if (text === null || text === undefined) continue;
    const inside = file.endsWith('package.json') ? 'agent' : null;
    if (inside !== null && !hasKey(text, inside)) continue;
    found.push({ file, text, inside });
  }
  if (found.length > 1) {
    const names = found.map((one) => (one.inside === null ? one.file : `"${one.inside}" in ${one.file}`));
    throw new ConfigError([problemOf(found[0]?.file ?? '', `settings stand in two places, ${names.join(' and ')}: keep one`)]);
  }
  const only = found[0] ?? null;
  if (only) refuseLarge(only.file, only.text);
  return only;
}

/** Throws ConfigError for a text of more than 1 MiB. */
export function refuseLarge(file: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_CONFIG_BYTES) return;
  const size = (bytes / 1024 / 1024).toFixed(1);
  throw new ConfigError([problemOf(file, `the file has ${size} MiB; a configuration has at most 1 MiB`)]);
}

/**
 * Whether a package.json holds settings. One that does not parse and writes them down counts as well, so that they are refused
 * and not dropped; any other broken package.json is a finding of the devops agent.
 */
function hasKey(text: string, key: string): boolean {
  if (!text.includes(`"${key}"`)) return false;
  try {
    const document: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof document === 'object' && document !== null && Object.hasOwn(document, key);
  } catch {
    // A script of that name has text behind it, a keyword has no colon.
    return new RegExp(`"${key}"\\s*(?!:\\s*")[:{]`).test(text);
  }
}
