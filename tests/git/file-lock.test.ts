import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withFileLock } from '../../git/file-lock.ts';
import { processIdentity } from '../../git/process-identity.ts';
import { temporaryFolder } from '../support/git-repository.ts';

it('lets one in at a time and leaves nothing behind', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'deep', 'lock');
  let inside = 0;
  let most = 0;
  const turn = () =>
    withFileLock(path, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 10 }, turn));
  expect(most).toBe(1);
  expect(await readdir(join(folder.path, 'deep'))).toEqual([]);
});

it('is given back when the work fails', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'lock');
  await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withFileLock(path, () => Promise.resolve('yes'))).toBe('yes');
});

it('is taken over, by exactly one at a time, from a process that was killed', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'lock');
  const holder = spawn('sleep', ['60']);
  const identity = processIdentity(holder.pid);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await writeFile(path, JSON.stringify({ ...identity, nonce: 'n' }));
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      withFileLock(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise(setImmediate);
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});

it('is taken over when a crash left it empty', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'lock'), '');
  expect(await withFileLock(join(folder.path, 'lock'), () => Promise.resolve('in'))).toBe('in');
});

it('says that the place cannot be written to', async () => {
  await expect(withFileLock('/sys/upkeep/lock', () => Promise.resolve())).rejects.toMatchObject({ code: 'read-only' });
});

it('is not taken from a process that lives', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'lock');
  await writeFile(path, JSON.stringify({ ...processIdentity(), nonce: 'n' }));
  await expect(withFileLock(path, () => Promise.resolve(), 100)).rejects.toMatchObject({ code: 'locked' });
  expect(await readdir(folder.path)).toEqual(['lock']);
});
