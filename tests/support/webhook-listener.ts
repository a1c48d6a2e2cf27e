/** `agent webhook listen` as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SECRET, type SignedRequest } from './webhooks.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

export interface WebhookListener extends AsyncDisposable {
  readonly port: number;
  /** Status of the answer. */
  send(request: SignedRequest): Promise<number>;
  /** Resolves when it has printed this; with everything that was printed. Rejects when it ends without. */
  printed(words: string | RegExp): Promise<string>;
  /** Everything that was printed, on both streams. */
  readonly text: string;
  /** Sends a signal and waits for the end; null: ended by a signal. */
  end(signal?: 'SIGINT' | 'SIGKILL'): Promise<number | null>;
}

/** Resolves when it listens, on a port that is free. Rejects with what was printed when it ends before. */
export async function startListener(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<WebhookListener> {
  const child = spawn(process.execPath, [MAIN, 'webhook', 'listen', '--port', '0'], {
    cwd,
    env: { ...process.env, UPKEEP_WEBHOOK_SECRET: SECRET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let looks: (() => void)[] = [];
  const look = (): void => looks.forEach((one) => one());
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      look();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const printed = (words: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (typeof words === 'string' ? !text.includes(words) : !words.test(text)) return;
        looks = looks.filter((one) => one !== check);
        resolve(text);
      };
      looks.push(check);
      check();
      void ended.then((code) => {
        check();
        reject(new Error(`it ended with ${code} before it printed ${String(words)}:\n${text}`));
      });
    });
  const end = async (signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  await printed(/listening on .*\n/);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
  return {
    port,
    printed,
    end,
    get text() {
      return text;
    },
    send: async ({ headers, body }) => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: new Uint8Array(body),
      });
      await answer.text();
      return answer.status;
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
    },
  };
}
