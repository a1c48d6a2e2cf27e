/** Tests that start the program start what the sources say now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { buildDist } from '../../scripts/build.ts';
import { generateClient } from '../../scripts/generate-client.ts';
import { memoryDisk } from './memory-disk.ts';

/**
 * Builds dist/. When that fails nothing stale is left: tests of the program then fail by its "is not built", the others run.
 * Gives the tests a folder for their database servers and for all else they write, and takes both away after them. The slow tests
 * (`npm run soak`) write to the real disk.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    generateClient(root);
    await buildDist(root);
  } catch (error) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    console.error(error instanceof Error ? error.message : error);
  }
  const disk = process.env['UPKEEP_SOAK'] === '1' ? null : memoryDisk();
  if (disk !== null) process.env['TMPDIR'] = disk;
  const shared = mkdtempSync(join(tmpdir(), 'upkeep-test-shared-'));
  // A process for each file loads the same packages again: they are compiled once. Coverage would not see all of them then.
  if (!project.config.coverage.enabled) process.env['NODE_COMPILE_CACHE'] = join(shared, 'compiled');
  project.provide('databaseFolder', join(shared, 'database'));
  project.provide('databaseUrl', externalDatabase());
  return () => {
    for (const folder of [shared, disk]) if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** The PostgreSQL that the conformance tests are to use; empty: the embedded one. Throws when it was asked for and is not named. */
function externalDatabase(): string {
  const url = process.env['UPKEEP_TEST_DATABASE_URL'] ?? '';
  if (url === '' && process.env['npm_lifecycle_event'] === 'test:external') {
    throw new Error(
      'name a PostgreSQL in UPKEEP_TEST_DATABASE_URL, as somebody who may create databases: postgres://me:secret@127.0.0.1/postgres',
    );
  }
  return url;
}
