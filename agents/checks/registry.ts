/** Which registry of npm a repository and its machine use. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The registry for all packages but those of `ownScopes`; or in words why it cannot be used. */
export type Registry =
  { readonly ok: true; readonly url: string; readonly ownScopes: ReadonlySet<string> } | { readonly ok: false; readonly why: string };

const DEFAULT = 'https://registry.npmjs.org/';

/** By the repository's .npmrc, then the person's; `home` is for tests. */
export function registryOf(ownText: string, home: string = homedir()): Registry {
  const texts = [ownText, textOf(join(home, '.npmrc'))];
  const ownScopes = new Set(texts.flatMap((text) => [...text.matchAll(/^\s*(@[\w.~-]+):registry\s*=/gm)].map((match) => match[1] ?? '')));
  const written = texts.map((text) => /^\s*registry\s*=\s*"?([^\s"]+)"?\s*$/m.exec(text)?.[1]).find((value) => value !== undefined);
  const address = written ?? DEFAULT;
  const url = URL.canParse(address) ? new URL(address.endsWith('/') ? address : `${address}/`) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return { ok: false, why: 'the registry of .npmrc is no address of the web' };
  // Whoever writes a password into an address means it for npm.
  url.username = '';
  url.password = '';
  return { ok: true, url: url.href, ownScopes };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // there is none
  }
}
