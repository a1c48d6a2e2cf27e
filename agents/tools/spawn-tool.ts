import { execa } from 'execa';
import PQueue from 'p-queue';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { collectOutput } from './collect-output.ts';
import type { Collected } from './collect-output.ts';
import { endMarked, killOrphans } from './find-orphans.ts';
import { endGroup, isGroupAlive, signalGroup } from './process-group.ts';
import { readReport } from './read-report.ts';
import type { RunTool, ToolCall, ToolEnd, ToolResult } from './run-tool.ts';
import { TOOL_MARKER, toolEnvironment } from './tool-environment.ts';

export interface ToolRunnerOptions {
  /** Tools that run at once. */
  readonly concurrency: number;
  /** Default time limit of a tool. */
  readonly timeoutMs: number;
  /** Default limit of stdout and of stderr. */
  readonly maxOutputBytes: number;
  /** Ends what runs and starts nothing more. */
  readonly signal: AbortSignal;
  /** The environment we were started with; only its allow-listed part reaches a tool. */
  readonly baseEnv: Readonly<Record<string, string | undefined>>;
  readonly runId: string;
  /** Applied to everything a tool says. */
  redact(text: string): string;
  /** Between SIGTERM and SIGKILL; default 2 s. */
  readonly graceMs?: number;
}

/** Runs tools, and can end all that are under way. */
export interface ToolRunner extends RunTool {
  /** Process groups under way. */
  liveGroups(): number[];
  /** Ends every group that is under way and waits until they are gone. */
  endAll(): Promise<void>;
  /** SIGKILL for every group that is under way and for what has left them, without waiting: for a process that ends now. */
  killAll(): void;
}

/** Why a tool could not be started: the program is absent or cannot be executed. */
const NOT_STARTED = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'EPERM', 'ELOOP']);
/** How long output may stay open after the whole group has ended: only a process that left the group can hold it. */
const STRAY_OUTPUT_MS = 1000;
const GRACE_MS = 2000;

/** Makes the function that runs tools: bounded in number, time and output, each in a process group that is ended as a whole. */
export function createToolRunner(options: ToolRunnerOptions): ToolRunner {
  const queue = new PQueue({ concurrency: options.concurrency });
  const groups = new Set<number>();
  const graceMs = options.graceMs ?? GRACE_MS;
  const run = (call: ToolCall): Promise<ToolResult> => queue.add(() => runOne(call, options, groups));
  return Object.assign(run, {
    liveGroups: () => [...groups],
    endAll: async () => {
      await Promise.all([...groups].map((group) => endGroup(group, graceMs)));
    },
    killAll: () => {
      for (const group of groups) signalGroup(group, 'SIGKILL');
      killOrphans(options.runId);
    },
  });
}

async function runOne(call: ToolCall, options: ToolRunnerOptions, groups: Set<number>): Promise<ToolResult> {
  const startedAt = performance.now();
  const graceMs = options.graceMs ?? GRACE_MS;
  const finish = (end: ToolEnd, exitCode: number | null, output: { stdout: string; stderr: string }): ToolResult => ({
    end,
    exitCode,
    stdout: options.redact(output.stdout),
    stderr: options.redact(output.stderr),
    durationMs: performance.now() - startedAt,
  });
  if (options.signal.aborted) return finish('cancelled', null, { stdout: '', stderr: '' });

  const toolId = randomUUID();
  const subprocess = start(call, { ...options, toolId });
  const group = subprocess.pid;
  if (group === undefined) return finish('not-found', null, { stdout: '', stderr: startError(await subprocess) });
  groups.add(group);

  let cause: ToolEnd | null = null;
  let ending: Promise<void> | null = null;
  const end = (why: ToolEnd): void => {
    cause ??= why;
    ending ??= endTree(group, { toolId, graceMs });
  };
  const limit = call.maxOutputBytes ?? options.maxOutputBytes;
  const stdout = collectOutput(subprocess.stdout, limit, () => end('output-limit'));
  const stderr = collectOutput(subprocess.stderr, limit, () => end('output-limit'));
  const { onOutput } = call;
  if (onOutput !== undefined) {
    subprocess.stdout.on('data', (chunk: Buffer) => onOutput('stdout', chunk));
    subprocess.stderr.on('data', (chunk: Buffer) => onOutput('stderr', chunk));
  }
  const timer = setTimeout(() => end('timeout'), call.timeoutMs ?? options.timeoutMs);
  const onAbort = (): void => end('cancelled');
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const [exitCode] = (await once(subprocess.nodeChildProcess, 'exit')) as [number | null, string | null];
    cause ??= exitCode === null ? 'signalled' : 'exited';
    clearTimeout(timer);
    // Whatever the tool left running in its group ends with it.
    if (isGroupAlive(group)) ending ??= endGroup(group, graceMs);
    await ending;
    await closeOutput([stdout, stderr]);
    await subprocess;
    const result = finish(cause, cause === 'exited' ? exitCode : null, { stdout: stdout.text(), stderr: stderr.text() });
    return call.reportFile === undefined ? result : await withReport(result, { path: call.reportFile, limit }, options);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
    groups.delete(group);
  }
}

/** Ends the group, and then what the tool put into groups of its own: one that ends by itself may leave such a daemon, one that is ended may not. */
async function endTree(group: number, { toolId, graceMs }: { toolId: string; graceMs: number }): Promise<void> {
  await endGroup(group, graceMs);
  await endMarked(`${TOOL_MARKER}=${toolId}`, graceMs);
}

function start(call: ToolCall, options: ToolRunnerOptions & { readonly toolId: string }) {
  const [file, ...args] = call.argv;
  return execa(file, args, {
    cwd: call.cwd,
    env: toolEnvironment(options, call.cwd, call.env),
    extendEnv: false,
    // A group of its own: signals meant for us do not reach it, and ours reach all of it. No terminal: nothing can ask or watch.
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: call.input === undefined ? 'ignore' : Buffer.from(call.input),
    stdout: 'pipe',
    stderr: 'pipe',
    windowsHide: true,
  });
}

interface StartFailure {
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly cause?: unknown;
}

function startError({ code, shortMessage = 'a tool could not be started', cause }: StartFailure): string {
  if (!NOT_STARTED.has(code ?? '')) throw new Error(shortMessage, { cause });
  return shortMessage;
}

async function closeOutput(outputs: readonly Collected[]): Promise<void> {
  const closed = Promise.all(outputs.map(({ stream }) => finished(stream).catch(() => undefined)));
  const timer = setTimeout(() => {
    for (const { stream } of outputs) stream.destroy();
  }, STRAY_OUTPUT_MS);
  await closed;
  clearTimeout(timer);
}

/** Adds the tool's report file; one beyond the limit counts as too much output. */
async function withReport(result: ToolResult, file: { path: string; limit: number }, options: ToolRunnerOptions): Promise<ToolResult> {
  const report = await readReport(file.path, file.limit);
  if (report.is === 'too-large')
    return { ...result, end: result.end === 'exited' ? 'output-limit' : result.end, exitCode: null, report: null };
  return { ...result, report: report.is === 'read' ? options.redact(report.text) : null };
}
