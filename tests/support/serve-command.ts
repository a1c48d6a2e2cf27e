/** `agent serve` as a process of its own, and what it says. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

export interface ServeCommand extends AsyncDisposable {
  readonly pid: number;
  /** The first line that matches, whether it was printed already or comes yet. Rejects when the service ends without it. */
  line(pattern: RegExp): Promise<string>;
  /** Everything that was printed. */
  readonly text: () => string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly end: Promise<number | NodeJS.Signals | null>;
}

/** Starts it in a folder, on a free port; `env` is added to the test's own environment. */
export function serveCommand(cwd: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): ServeCommand {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const news = new EventEmitter();
  news.setMaxListeners(0);
  let text = '';
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      news.emit('news');
    });
  }
  const end = once(child, 'close').then(([code, signal]) => {
    isOver = true;
    news.emit('news');
    return (signal ?? code) as number | NodeJS.Signals | null;
  });
  return {
    pid: child.pid ?? 0,
    text: () => text,
    async line(pattern) {
      for (;;) {
        const found = text.split('\n').find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (isOver) throw new Error(`the service ended without a line like ${pattern}:\n${text}`);
        await once(news, 'news');
      }
    },
    kill: (signal) => void child.kill(signal),
    end,
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGKILL');
      await end;
    },
  };
}
