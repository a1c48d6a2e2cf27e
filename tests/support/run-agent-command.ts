/** The real command line as a child process, as it is built from the sources before the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { jsonDocument } from '../../cli/reporters/json-document.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `agent <args>` in a folder; the test's own environment plus `env`. */
export async function agent(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandEnd> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** What `--json` prints, as far as tests look at it. */
export interface RunDocument {
  readonly base: string;
  readonly head: string;
  readonly exitCode: number;
  readonly delivery: {
    readonly mode: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly commits?: readonly string[];
  };
  readonly runs: readonly {
    readonly agent: string;
    readonly runId: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly commit: { readonly sha: string; readonly subject: string; readonly files: readonly string[] } | null;
    readonly checks: readonly {
      readonly check: string;
      readonly outcome: string;
      readonly reason: string | null;
      readonly findings: readonly {
        readonly path: string;
        readonly line: number | null;
        readonly rule: string;
        readonly severity: string;
        readonly message: string;
        readonly fixed: boolean;
      }[];
    }[];
  }[];
}

/** `agent run --json` with its document. */
export async function runJson(
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd & { readonly document: RunDocument }> {
  const end = await agent(cwd, ['run', '--json', ...args], env);
  try {
    return { ...end, document: JSON.parse(end.stdout) as RunDocument & ReturnType<typeof jsonDocument> };
  } catch {
    throw new Error(`agent run --json ended with ${end.code} and no document:\n${end.stdout}\n${end.stderr}`);
  }
}
