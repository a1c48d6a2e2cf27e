/** How much the packed program weighs: megabytes and seconds of installing it into an empty folder with an empty cache, by package. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { installInto, packInto, weightByPackage } from './install-packed.ts';
import { judge } from './measure.ts';

const SHOWN = 25;
const MEGABYTE = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), 'upkeep-weight-'));
try {
  const tarball = await packInto(folder);
  const start = performance.now();
  installInto(join(folder, 'consumer'), [tarball], join(folder, 'npm-cache'));
  const seconds = (performance.now() - start) / 1000;

  const weights = [...weightByPackage(join(folder, 'consumer'))].sort(([, one], [, other]) => other - one);
  const total = weights.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [name, bytes] of weights.slice(0, SHOWN)) console.log(`${(bytes / MEGABYTE).toFixed(2).padStart(8)} MB  ${name}`);
  const rest = weights.slice(SHOWN).reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`${(rest / MEGABYTE).toFixed(2).padStart(8)} MB  ${Math.max(weights.length - SHOWN, 0)} more packages`);
  console.log(`${(total / MEGABYTE).toFixed(2).padStart(8)} MB  ${weights.length} packages, installed in ${seconds.toFixed(1)} s`);
  judge([
    { what: 'megabytes installed', value: total / MEGABYTE, atMost: 100 },
    { what: 'seconds to install with an empty cache', value: seconds, atMost: 20 },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
