/** Tests that start the program start what the sources say now. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDist } from '../../scripts/build.ts';
import { generateClient } from '../../scripts/generate-client.ts';

/** Builds dist/. When that fails nothing stale is left: tests of the program then fail by its "is not built", the others run. */
export async function setup(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    generateClient(root);
    await buildDist(root);
  } catch (error) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    console.error(error instanceof Error ? error.message : error);
  }
}
