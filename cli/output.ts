/** The two streams that people and programs read. */
import type { Environment } from './environment.ts';
import { createPalette, type Palette } from './palette.ts';

export interface Output {
  /** What was asked for. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether stdout and stderr are a terminal that can move its cursor. */
  readonly isTerminal: boolean;
  /** Whether questions can be asked. */
  readonly canAsk: boolean;
  /** Colours of stdout. */
  readonly palette: Palette;
  /** Colours of stderr. */
  readonly errorPalette: Palette;
}

/** Writes to the streams of this process; a reader that goes away (`| head`) is no fault. */
export function createOutput(
  environment: Environment,
  streams: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
): Output {
  const { stdin, stdout, stderr } = streams;
  const closed = new Set<NodeJS.WriteStream>();
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
      closed.add(stream);
    });
  }
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (!closed.has(stream)) stream.write(text);
  };
  const colors = (stream: NodeJS.WriteStream): boolean =>
    environment.color === 'always' || (environment.color === 'auto' && stream.isTTY && !environment.isDumbTerminal);
  return {
    out: (text) => write(stdout, text),
    err: (text) => write(stderr, text),
    stdout,
    stderr,
    isTerminal: stdout.isTTY && stderr.isTTY && !environment.isDumbTerminal && !environment.isCi,
    canAsk: stdin.isTTY && stdout.isTTY && !environment.isCi,
    palette: createPalette(colors(stdout)),
    errorPalette: createPalette(colors(stderr)),
  };
}
