import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { gitArguments, startFailure } from './exec-git.ts';
import { gitEnvironment } from './git-environment.ts';
import { redactUrls } from './redact-url.ts';

interface DetachedOptions {
  readonly cwd: string;
  /** File that takes stderr; it is the caller's to remove. */
  readonly log: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called as soon as the process exists; when it fails, the end of git is waited for all the same. */
  readonly onStart: (child: ChildProcess) => Promise<void>;
}

/** Runs git so that the end of our own process, even by kill -9, does not end it: no pipe to us, a group of its own, no time limit. */
export async function runDetached(args: readonly string[], options: DetachedOptions): Promise<{ exitCode: number | null; stderr: string }> {
  const file = await open(options.log, 'w');
  const child = spawn('git', gitArguments(args, {}), {
    cwd: options.cwd,
    env: gitEnvironment(options.env),
    stdio: ['ignore', 'ignore', file.fd],
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  // It is awaited below; until then a failure to start must not count as unhandled.
  ended.catch(() => undefined);
  await file.close();
  // Git may have filled the disk meanwhile. What it does goes on, so whoever has to put that right must not be told too early.
  if (child.pid !== undefined) await options.onStart(child).catch(() => undefined);
  const [exitCode] = await ended.catch((error: unknown) => {
    throw startFailure(error, options);
  });
  return { exitCode, stderr: redactUrls(await readFile(options.log, 'utf8')) };
}
