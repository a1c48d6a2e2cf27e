import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { awaitFirstReply, TRACE_ENVIRONMENT, TRACE_FD } from './first-reply.ts';
import { fullDisk } from './disk-room.ts';
import { BASE_CONFIG, gitEnvironment } from './git-environment.ts';
import { GitError, gitErrorCode } from './git-error.ts';
import { linkedGitDir } from './linked-git-dir.ts';
import { redactUrls } from './redact-url.ts';

export { setGitEnvironment } from './git-environment.ts';
export { GitError } from './git-error.ts';

/** How one git command is run. */
export interface GitOptions {
  /** Absolute folder; default: `gitDir`, else the current one. */
  readonly cwd?: string | undefined;
  /** Passed as --git-dir: no discovery, no look at who owns it. */
  readonly gitDir?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Buffer | undefined;
  /** Exit codes that are an answer and not a failure; default only 0. */
  readonly okCodes?: readonly number[] | undefined;
  readonly timeoutMs?: number | undefined;
  /** For commands that talk to a remote: ends them with the code `silent` when it has not said a word by then. */
  readonly firstReplyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Passed as `-c key=value`. */
  readonly config?: readonly (readonly [string, string])[] | undefined;
  /** Passed by GIT_CONFIG_COUNT: for what must not stand in a list of processes. */
  readonly secretConfig?: readonly (readonly [string, string])[] | undefined;
  /** Bytes of stdout; more ends the command. */
  readonly maxOutputBytes?: number | undefined;
}

/** What a git command said. */
export interface GitResult {
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  /** Without credentials. */
  readonly stderr: string;
  readonly exitCode: number;
}

const DEFAULT_TIMEOUT_MS = 300_000;
const DEFAULT_MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const MAX_STDERR_BYTES = 1024 * 1024;
/** Git removes its lock files on SIGTERM; this is how long it may take. */
const TERMINATION_GRACE_MS = 2_000;

type Interruption = 'timeout' | 'silent' | 'aborted' | 'output-limit';

interface Said {
  readonly args: readonly string[];
  readonly stderr: string;
}

/** The arguments of one command, settings first. */
export function gitArguments(args: readonly string[], options: Pick<GitOptions, 'config' | 'gitDir'>): string[] {
  const settings = [...BASE_CONFIG, ...(options.config ?? [])].flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const gitDir = options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`];
  return [...settings, ...gitDir, ...args];
}

/** Sends a signal to the command's whole process group; a group that is gone is no error. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs git and answers with what it said; throws GitError when the exit code is not one of `okCodes`. */
export async function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  if (options.signal?.aborted === true) throw interrupted('aborted', { args, stderr: '' }, options);
  const { firstReplyMs } = options;
  const child = spawn('git', gitArguments(args, options), {
    cwd: options.cwd ?? options.gitDir,
    env: gitEnvironment(firstReplyMs === undefined ? options.env : { ...options.env, ...TRACE_ENVIRONMENT }, options.secretConfig),
    stdio: ['pipe', 'pipe', 'pipe', ...(firstReplyMs === undefined ? [] : ['pipe' as const])],
    // Its own group, so that helpers (ssh, filters, git-remote-https) end with it.
    detached: true,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let outBytes = 0;
  let errBytes = 0;
  let interruption: Interruption | null = null;
  let graceTimer: NodeJS.Timeout | undefined;
  const interrupt = (reason: Interruption): void => {
    if (interruption !== null) return;
    interruption = reason;
    signalGroup(child, 'SIGTERM');
    graceTimer = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
    }, TERMINATION_GRACE_MS);
  };
  const onAbort = (): void => {
    interrupt('aborted');
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    interrupt('timeout');
  }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const stopWaiting =
    firstReplyMs === undefined ? null : awaitFirstReply(child.stdio[TRACE_FD] as Readable, firstReplyMs, () => interrupt('silent'));

  child.stdout.on('data', (chunk: Buffer) => {
    outBytes += chunk.length;
    if (outBytes > (options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES)) interrupt('output-limit');
    else out.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errBytes += chunk.length;
    if (errBytes <= MAX_STDERR_BYTES) err.push(chunk);
  });
  // A command that ends before it has read everything is judged by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    }).catch((error: unknown) => {
      throw startFailure(error, options);
    });
    const stderr = redactUrls(Buffer.concat(err).toString('utf8'));
    if (interruption !== null) throw interrupted(interruption, { args, stderr }, options);
    if (exitCode === null || !(options.okCodes ?? [0]).includes(exitCode)) throw onFullDisk(failed(args, exitCode, stderr), options);
    return new Output(Buffer.concat(out), stderr, exitCode);
  } finally {
    clearTimeout(timer);
    clearTimeout(graceTimer);
    stopWaiting?.();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Decodes only when asked: blobs are bytes. */
class Output implements GitResult {
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
  readonly exitCode: number;

  constructor(stdoutBytes: Buffer, stderr: string, exitCode: number) {
    this.stdoutBytes = stdoutBytes;
    this.stderr = stderr;
    this.exitCode = exitCode;
  }

  get stdout(): string {
    return this.stdoutBytes.toString('utf8');
  }
}

/** The error of a process that could not be started. */
export function startFailure(error: unknown, options: Pick<GitOptions, 'cwd' | 'gitDir'>): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  const folder = options.cwd ?? options.gitDir;
  // Node says ENOENT for a missing folder as for a missing program.
  if (folder !== undefined && !existsSync(folder)) return new GitError('not-a-repository', `there is no folder ${folder}`);
  return new GitError('git-missing', 'git was not found on the PATH: install Git 2.38 or later');
}

const OBJECTS_MISSING = 'this clone is partial and objects that are needed are missing: its remote did not give them';

/** The error of a process that ended with an exit code nobody expected. */
export function failed(args: readonly string[], exitCode: number | null, stderr: string): GitError {
  const line = stderr.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? stderr.trim().split('\n')[0] ?? '';
  const message = `git ${args[0] ?? ''} ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}: ${line}`;
  const code = gitErrorCode(stderr);
  return new GitError(code, code === 'objects-missing' ? OBJECTS_MISSING : message, { args, exitCode, stderr });
}

/** A full disk is named at once, because cleaning up makes room again; Git does not always tell of it. */
function onFullDisk(error: GitError, { cwd, gitDir }: Pick<GitOptions, 'cwd' | 'gitDir'>): GitError {
  if (error.code !== 'disk-full' && error.code !== 'failed') return error;
  const full = fullDisk([gitDir, cwd, cwd === undefined ? undefined : linkedGitDir(cwd)].filter((path) => path !== undefined));
  return full === null ? error : new GitError('disk-full', full.words, error);
}

function interrupted(reason: Interruption, { args, stderr }: Said, options: Pick<GitOptions, 'timeoutMs' | 'firstReplyMs'>): GitError {
  const why = {
    silent: `heard nothing from the remote for ${(options.firstReplyMs ?? 0) / 1000} s`,
    timeout: `did not end within ${(options.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000} s`,
    aborted: 'was cancelled',
    'output-limit': 'printed more than its limit',
  }[reason];
  return new GitError(reason, `git ${args[0] ?? ''} ${why}`, { args, stderr });
}
