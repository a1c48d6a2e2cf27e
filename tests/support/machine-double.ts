import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckFixture } from './check-fixture.ts';

/** Puts a script of Node as a tool of the machine into the folder of a fixture; what it returns makes it found before the real one. */
export function machineDouble(fixture: CheckFixture, name: string, script: string): { readonly baseEnv: Record<string, string> } {
  fixture.write({ [`.tools/${name}`]: `#!/usr/bin/env node\n${script}` });
  chmodSync(join(fixture.root, '.tools', name), 0o755);
  return { baseEnv: { PATH: `${join(fixture.root, '.tools')}:${process.env['PATH'] ?? ''}` } };
}

/** Whether this machine has the tool. */
export function isOnMachine(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}
