/** The peers' packages, installed into a folder of their own. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installInto } from '../install-packed.ts';

/** pg-boss as we use it, since a later one may need a package that is not to be had; the others as they are now. */
const PACKAGES = ['pg-boss@12.30.0', 'graphile-worker@latest', 'bullmq@6', 'ioredis@5', 'pg@8'];

export interface Peers {
  /** Loads a package, as `Shape`. */
  load<Shape>(name: string): Shape;
  /** Its version. */
  versionOf(name: string): string;
}

/** Installs them into `folder`. */
export function installPeers(folder: string): Peers {
  installInto(folder, PACKAGES);
  const require = createRequire(join(folder, 'package.json'));
  return {
    load: <Shape>(name: string) => require(name) as Shape,
    versionOf: (name) => (require(join(folder, 'node_modules', name, 'package.json')) as { version: string }).version,
  };
}
