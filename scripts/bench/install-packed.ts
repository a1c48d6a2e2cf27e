/** What a user gets: the packed program, installed into an empty folder. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDist } from '../build.ts';
import { mustRun } from './measure.ts';

/** This repository. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Builds and packs the program into `folder`; returns the path of the tarball. */
export async function packInto(folder: string): Promise<string> {
  await buildDist(projectRoot);
  mkdirSync(folder, { recursive: true });
  // Scripts are off: `prepare` would build once more and set up hooks.
  const answer = mustRun(['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: projectRoot });
  const [packed] = JSON.parse(answer) as { filename: string }[];
  if (packed === undefined) throw new Error('npm pack packed nothing');
  return join(folder, packed.filename);
}

/** Installs packages into `folder`, which becomes a small package of its own; `cache` is npm's, an empty one for a bare machine. */
export function installInto(folder: string, packages: readonly string[], cache?: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true }\n');
  mustRun(
    ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...(cache === undefined ? [] : ['--cache', cache]), ...packages],
    { cwd: folder },
  );
}

/** Bytes of each package below a folder's node_modules, those that are nested counted with the one they belong to. */
export function weightByPackage(folder: string): ReadonlyMap<string, number> {
  const modules = join(folder, 'node_modules');
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]));
  return new Map(names.map((name) => [name, bytesBelow(join(modules, name))]));
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
