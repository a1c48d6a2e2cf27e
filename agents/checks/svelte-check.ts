/** Types and components of Svelte, by the repository's own svelte-check. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { findToolRoots } from './tool-setup.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'svelte-check',
  tool: 'svelte-check',
  // It has none of its own: a script that calls it is what sets it up.
  config: /(?!)/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: ['--no-tsconfig'],
    keepWithValue: ['--tsconfig', '--config', '--compiler-warnings', '--diagnostic-sources', '--ignore'],
    dropWithValue: ['--output', '--threshold', '--workspace'],
  },
};
const READS = /\.([cm]?[jt]sx?|svelte|css|jsonc?)$|(^|\/)(pnpm-lock\.yaml|yarn\.lock)$/;

/** The check `svelte-check`. */
export const svelteCheck: Check = {
  id: 'svelte-check',
  title: 'Svelte check',
  async detect(project) {
    const detection = detectRoots(project, setup, (path) => READS.test(path));
    const config = detection.applies ? await configWrittenLater(project) : null;
    if (config === null) return detection;
    return { applies: false, why: `${config} extends a file that svelte-kit writes, and that is not in the repository` };
  },
  inspect: (context) => inspectRoots(context, { id: 'svelte-check', setup }, (call) => inspectRoot(call, context)),
};

/** The tsconfig of a call that extends what is not there yet. */
async function configWrittenLater(project: Project): Promise<string | null> {
  const { parse } = await import('jsonc-parser');
  for (const { dir, invocations } of findToolRoots(project, setup).roots ?? []) {
    for (const { flags } of invocations) {
      const at = flags.findIndex((flag) => /^--tsconfig(=|$)/.test(flag));
      const named = flags[at]?.split('=')[1] ?? (at === -1 ? 'tsconfig.json' : (flags[at + 1] ?? ''));
      const path = posix.join(dir, named);
      const json = parse((await project.read(path)) ?? '', [], { allowTrailingComma: true }) as { extends?: unknown } | undefined;
      const base = json?.extends;
      if (typeof base === 'string' && base.startsWith('.') && !project.has(posix.join(posix.dirname(path), base))) return path;
    }
  }
  return null;
}

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const result = await context.runTool(toolCall(call, ['--output', 'machine-verbose', '--no-color', ...call.invocation.flags]));
  const { drafts, failure } = readResult(result, { call, context });
  const command = rootLine(context, call, { tool: 'svelte-check', drafts: [] });
  return { drafts, command, log: result.stdout + result.stderr, failure };
}

interface Diagnostic {
  readonly type: 'ERROR' | 'WARNING';
  readonly filename: string;
  /** Both from 0. */
  readonly start: { readonly line: number; readonly character: number };
  readonly message: string;
  readonly code: number | string;
  readonly source: string;
}

/** `<time> {…}` for each problem, and `<time> COMPLETED 95 FILES …` in the end. */
function readResult(
  result: ToolResult,
  where: { readonly call: RootCall; readonly context: CheckContext },
): { drafts: FindingDraft[]; failure: PartFailure | null } {
  const ended = failureOf(result, 'svelte-check');
  if (ended !== null) return { drafts: [], failure: ended };
  const read = /^\d+ COMPLETED (\d+) FILES/m.exec(result.stdout)?.[1];
  if (read === undefined) return { drafts: [], failure: crashOf(result.stderr + result.stdout, 'svelte-check') };
  if (read === '0')
    return { drafts: [], failure: { reason: 'nothing-read', hint: 'svelte-check read no file at all: look at its tsconfig.' } };
  const diagnostics = [...result.stdout.matchAll(/^\d+ (\{.*\})\r?$/gm)].map(([, text = '']) => JSON.parse(text) as Diagnostic);
  return { drafts: draftsOf(diagnostics, where), failure: null };
}

function draftsOf(
  diagnostics: readonly Diagnostic[],
  { call, context }: { readonly call: RootCall; readonly context: CheckContext },
): FindingDraft[] {
  const { root, project } = context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return diagnostics.flatMap(({ type, filename, start, message, code, source }): FindingDraft[] => {
    const path = pathOf(call.cwd, filename);
    if (path === null || !project.has(path)) return [];
    const line = start.line + 1;
    const identity = lines.lineOf(path, line);
    return [
      {
        ...{ path, line, column: start.character + 1 },
        rule: typeof code === 'number' && code > 0 ? `TS${code}` : typeof code === 'string' ? code : `${source}-error`,
        severity: type === 'ERROR' ? 'error' : 'warning',
        message: plainMessage(message.replace(/\s*https:\/\/svelte\.dev\/e\/\S+/, '')),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
}
