/** Lints many Markdown files, and repairs them in place where asked to. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { applyFixes } from 'markdownlint';
import type { LintError } from 'markdownlint';
import { lint } from 'markdownlint/sync';
import { isUndisputed, UNCLOSED_FENCE } from '../../checks/bundled-markdown-rules.ts';
import { generatedLines } from '../../checks/generated-regions.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface MarkdownLintInput {
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly rules: Readonly<Record<string, unknown>> }[];
  /** Keep only what is beyond doubt. */
  readonly undisputedOnly: boolean;
  readonly noInlineConfig: boolean;
  readonly fix: boolean;
}

/** One violation. */
export interface MarkdownProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number | null;
  /** `MD011`. */
  readonly rule: string;
  /** `no-reversed-links`. */
  readonly name: string;
  readonly message: string;
  readonly isWarning: boolean;
  readonly fixable: boolean;
  /** Digest of the line's text. */
  readonly identity: string;
}

export interface MarkdownLintOutput {
  readonly problems: readonly MarkdownProblem[];
  /** Files that were not read: no text, a link, or over 1 MiB. */
  readonly unread: readonly string[];
}

const MAX_BYTES = 1024 * 1024;
/** Fixes can uncover others. */
const PASSES = 5;

await serveEntry<MarkdownLintInput, MarkdownLintOutput>(async (input) => {
  const problems: MarkdownProblem[] = [];
  const unread: string[] = [];
  for (const { path, rules } of input.files) {
    const text = readTextFile(input.root, path, MAX_BYTES);
    if (text === null) unread.push(path);
    else if (input.fix) fixFile(path, text, rules);
    else problems.push(...problemsOf(path, text, rules));
    await setImmediate();
  }
  problems.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line || (a.column ?? 0) - (b.column ?? 0)));
  return { problems, unread };

  function lintText(text: string, rules: Readonly<Record<string, unknown>>): LintError[] {
    const strings = { text };
    const errors = lint({ strings, config: rules, noInlineConfig: input.noInlineConfig, customRules: [UNCLOSED_FENCE] })['text'] ?? [];
    if (!input.undisputedOnly) return errors;
    const lines = text.split(/\r?\n/);
    return errors.filter((error) => isUndisputed(error, lines[error.lineNumber - 1] ?? ''));
  }

  function problemsOf(path: string, text: string, rules: Readonly<Record<string, unknown>>): MarkdownProblem[] {
    const lines = text.split(/\r?\n/);
    const isGenerated = generatedLines(text);
    return lintText(text, rules).map((error) => ({
      path,
      line: error.lineNumber,
      column: error.errorRange?.[0] ?? null,
      rule: error.ruleNames[0] ?? 'markdownlint',
      name: error.ruleNames[1] ?? '',
      message: [error.ruleDescription, error.errorDetail].filter(Boolean).join(': '),
      isWarning: error.severity === 'warning',
      fixable: error.fixInfo !== null && error.fixInfo !== undefined && !isGenerated(error.lineNumber) && !hasMixedEndings(text),
      identity: createHash('sha256')
        .update((lines[error.lineNumber - 1] ?? '').trim())
        .digest('hex'),
    }));
  }

  function fixFile(path: string, text: string, rules: Readonly<Record<string, unknown>>): void {
    if (hasMixedEndings(text)) return;
    let fixed = text;
    for (let pass = 0; pass < PASSES; pass += 1) {
      const isGenerated = generatedLines(fixed);
      const next = applyFixes(
        fixed,
        lintText(fixed, rules).filter((error) => !isGenerated(error.lineNumber)),
      );
      if (next === fixed) break;
      fixed = next;
    }
    if (fixed !== text) writeFileSync(join(input.root, path), fixed);
  }
});

/** Repairing such a text would rewrite every line of it. */
function hasMixedEndings(text: string): boolean {
  const all = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return windows > 0 && windows < all;
}
