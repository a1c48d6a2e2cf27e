import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../cli/environment.ts';
import { createOutput } from '../../cli/output.ts';

type Streams = Parameters<typeof createOutput>[1];

/** Streams of which stdout goes to `fd` in truth. */
function streamsTo(fd: number): Streams {
  const stdout = Object.assign(new PassThrough(), { fd });
  return { stdin: new PassThrough(), stdout, stderr: new PassThrough() } as unknown as Streams;
}

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

it('ends with a stream that takes nothing more, unless it is to outlive that', () => {
  const streams = streamsTo(1);
  createOutput(readEnvironment({}), streams);
  expect(() => streams.stdout.emit('error', full)).toThrow('ENOSPC');
});

it('goes on writing when the disk that its log is on was full for a while', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upkeep-output-'));
  try {
    const path = join(folder, 'log');
    const streams = streamsTo(openSync(path, 'a'));
    const output = createOutput(readEnvironment({}), streams);
    output.outliveIt();
    streams.stdout.emit('error', full);
    output.out('there is room again\n');
    expect(readFileSync(path, 'utf8')).toBe('there is room again\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('loses only what a full disk does not take', () => {
  const streams = streamsTo(openSync('/dev/full', 'w'));
  const output = createOutput(readEnvironment({}), streams);
  output.outliveIt();
  streams.stdout.emit('error', full);
  expect(() => output.out('lost\n')).not.toThrow();
});
