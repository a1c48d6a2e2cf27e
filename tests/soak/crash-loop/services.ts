/** The service processes of a crash loop: started, heard, and ended in every way. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceNews, ServiceProcessSettings } from './service-process.ts';

export interface Heard {
  /** When, by the clock that the children note as well, in milliseconds. */
  readonly at: number;
  /** `a`, `b` … */
  readonly slot: string;
  readonly pid: number;
  readonly news: ServiceNews | { readonly kind: 'ended'; readonly how: string };
}

export interface RunningService {
  readonly slot: string;
  readonly host: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Settles when it is at work, or has ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
}

const PROGRAM = join(import.meta.dirname, 'service-process.ts');

/** Starts a service; all that it says goes to `heard`, what is no message to `onText`. */
export function startServiceProcess(
  slot: string,
  settings: ServiceProcessSettings,
  hear: { readonly heard: Heard[]; onText(text: string): void },
): RunningService {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Most of the work would be to read the same sources again and again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(settings.stateFolder, 'compiled') },
  });
  const pid = child.pid ?? 0;
  const ready = Promise.withResolvers<void>();
  const note = (news: Heard['news']): void => void hear.heard.push({ at: monotonicMs(), slot, pid, news });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = JSON.parse(line) as ServiceNews;
    note(news);
    if (news.kind === 'ready') ready.resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => hear.onText(`${slot} (${pid}): ${text}`));
  const ended = once(child, 'exit').then(([code, signal]) => {
    note({ kind: 'ended', how: signal === null ? `exit code ${code as number}` : (signal as string) });
    ready.resolve();
  });
  return { slot, host: settings.host, pid, child, ready: ready.promise, ended };
}

/** Of the one clock that all processes of the machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
