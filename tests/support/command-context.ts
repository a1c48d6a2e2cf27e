/** What a command is given, for tests that call one without a process of its own. */
import { PassThrough } from 'node:stream';
import type { CommandContext } from '../../cli/command-context.ts';
import { readEnvironment } from '../../cli/environment.ts';
import { createOutput } from '../../cli/output.ts';

export interface CommandScene {
  readonly context: CommandContext;
  /** All that was printed so far. */
  readonly out: () => string;
  readonly err: () => string;
}

/** A command in `cwd` on no terminal. */
export function commandContext({
  cwd,
  variables,
}: {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}): CommandScene {
  const environment = readEnvironment({ ...process.env, ...variables });
  const [stdin, stdout, stderr] = [collected(), collected(), collected()];
  const streams = { stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream } as unknown as Parameters<typeof createOutput>[1];
  const output = createOutput(environment, streams);
  return {
    context: { cwd, environment, version: '1.2.3', server: null, output, signal: new AbortController().signal, debug: false },
    out: stdout.text,
    err: stderr.text,
  };
}

function collected(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
