/** The two streams that people and programs read. */
import { writeSync } from 'node:fs';
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
  /** From now on what cannot be written, as on a full disk, is left out: for what has to outlive its log. */
  readonly outliveIt: () => void;
}

type FileStream = NodeJS.WriteStream & { readonly fd: number };

/** Writes to the streams of this process; a reader that goes away (`| head`) is no fault. */
export function createOutput(
  environment: Environment,
  streams: { stdin: NodeJS.ReadStream; stdout: FileStream; stderr: FileStream },
): Output {
  const { stdin, stdout, stderr } = streams;
  const closed = new Set<FileStream>();
  const broken = new Set<FileStream>();
  let outlives = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') closed.add(stream);
      else if (outlives) broken.add(stream);
      else throw error;
    });
  }
  const write = (stream: FileStream, text: string): void => {
    if (broken.has(stream)) writeAnyway(stream.fd, text);
    else if (!closed.has(stream)) stream.write(text);
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
    outliveIt: () => {
      outlives = true;
    },
  };
}

/** Past a stream that took its end from one failure: the disk may have room again. */
function writeAnyway(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // It is left out.
  }
}
