/** Finds the pieces of code in many Markdown files that cannot be read in the language that they name. */
import { setImmediate } from 'node:timers/promises';
import { fenceReaders } from '../../checks/fence-languages.ts';
import { parseMarkdown, walkTokens, type MicromarkToken } from '../../checks/markdown-tokens.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface CodeFencesInput {
  readonly root: string;
  readonly files: readonly string[];
  readonly maxBytes: number;
}

export interface CodeFencesOutput {
  /** Files that were read. */
  readonly read: number;
  readonly problems: readonly BrokenFence[];
}

export interface BrokenFence {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly language: string;
  readonly message: string;
  /** The code, to tell it again. */
  readonly code: string;
}

await serveEntry<CodeFencesInput, CodeFencesOutput>(async ({ root, files, maxBytes }) => {
  const problems: BrokenFence[] = [];
  let read = 0;
  for (const path of files) {
    const text = readTextFile(root, path, maxBytes);
    if (text === null) continue;
    read += 1;
    for (const fence of await fencesOf(text)) {
      const problem = await fenceReaders.get(fence.language)?.(fence.code);
      if (problem !== null && problem !== undefined)
        problems.push({ ...fence, path, line: fence.line + problem.line, message: problem.message });
    }
    await setImmediate();
  }
  return { read, problems };
});

/** Fences of a language that we read; `line` is that of their first line of code. Those behind `<!-- upkeep:ignore -->` are left out. */
async function fencesOf(text: string): Promise<{ readonly line: number; readonly language: string; readonly code: string }[]> {
  const { tokens, linesBefore } = await parseMarkdown(text);
  const lines = text.split('\n');
  const fences: { line: number; language: string; code: string }[] = [];
  walkTokens(tokens, (token) => {
    if (token.type !== 'codeFenced') return true;
    const language = /^[\w+-]+/.exec(textOf(token, 'codeFencedFenceInfo'))?.[0].toLowerCase() ?? '';
    if (!fenceReaders.has(language)) return false;
    const parts = token.children.filter(({ type }) => type === 'codeFlowValue' || type === 'lineEnding');
    // A line end in a quotation carries the mark of the next line.
    const code = parts.map(({ type, text: part }) => (type === 'lineEnding' ? '\n' : part));
    // The first and the last line feed are those of the fences.
    const from = token.startLine + linesBefore;
    if (/<!--\s*(upkeep:ignore|prettier-ignore)\s*-->/.test(lines[from - 2] ?? '')) return false;
    fences.push({ line: from + 1, language, code: code.join('').replace(/^\n/, '') });
    return false;
  });
  return fences;
}

function textOf(token: MicromarkToken, type: string): string {
  let text = '';
  walkTokens(token.children, (child) => {
    if (child.type === type) text ||= child.text;
    return true;
  });
  return text;
}
