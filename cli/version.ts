import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: of the clone, or under node_modules. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 5; depth++) {
    if (manifestOf(folder)?.name === 'upkeep') return folder;
    folder = dirname(folder);
  }
  throw new Error('the package.json of upkeep is missing');
}

/** The version of this program. */
export function packageVersion(): string {
  return manifestOf(packageFolder())?.version ?? '0.0.0';
}

function manifestOf(folder: string): { name?: string; version?: string } | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
  } catch {
    // Most folders on the way up have none.
    return null;
  }
}
