/** Running other people's programs: types here, the work in spawn-tool.ts. */

export interface ToolCall {
  /** Executable and arguments; never a shell string. Use [process.execPath, script, …] for JavaScript tools. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute folder. */
  readonly cwd: string;
  /** Added to the allow-listed environment (PATH with the folder's node_modules/.bin first, HOME, LANG, TMPDIR, CI=true, NO_COLOR=1, …). */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds; default from the configuration (300 s). */
  readonly timeoutMs?: number;
  /** Bytes of stdout and of stderr kept; default 64 MiB; more ends the tool. */
  readonly maxOutputBytes?: number;
  /** Absolute path of a file that the tool writes its report into: read when it ends, bounded and redacted like stdout. */
  readonly reportFile?: string;
  /** Told of what it prints as it prints it, secrets and all. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

/** How the process ended; the first cause wins. */
export type ToolEnd = 'exited' | 'timeout' | 'cancelled' | 'output-limit' | 'not-found' | 'signalled';

export interface ToolResult {
  readonly end: ToolEnd;
  /** Null unless `exited`. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  /** Content of `reportFile`; null when the tool wrote none. */
  readonly report?: string | null;
}

/** Never throws for what the tool does; throws only for a fault of ours. */
export type RunTool = (call: ToolCall) => Promise<ToolResult>;
