/** Runs one of our own programs below entries/ as a child process: for what executes repository code, needs many seconds, or may crash. */
import { fileURLToPath } from 'node:url';
import type { RunTool, ToolResult } from './run-tool.ts';

/** What an entry answered, or how it ended without an answer. */
export type EntryAnswer<Output> =
  { readonly ok: true; readonly output: Output; readonly result: ToolResult } | { readonly ok: false; readonly result: ToolResult };

/** One call of an entry: its file name without extension, and the document it gets on stdin. */
export interface EntryCall {
  readonly entry: string;
  readonly cwd: string;
  readonly input: unknown;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Calls an entry; its output is trusted to have the type that the entry's own code gives it. */
export async function runEntry<Output>(runTool: RunTool, call: EntryCall): Promise<EntryAnswer<Output>> {
  const { env = {} } = call;
  const result = await runTool({ argv: [process.execPath, entryPath(call.entry)], cwd: call.cwd, env, input: JSON.stringify(call.input) });
  if (result.end !== 'exited' || result.exitCode !== 0) return { ok: false, result };
  try {
    return { ok: true, output: JSON.parse(result.stdout) as Output, result };
  } catch {
    return { ok: false, result };
  }
}

/** Absolute path of an entry: TypeScript in the source tree, JavaScript in what is shipped. */
export function entryPath(entry: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(`./entries/${entry}.${here.endsWith('.ts') ? 'ts' : 'js'}`, here));
}
