/** Reads links and anchors of many Markdown files. */
import { setImmediate } from 'node:timers/promises';
import { readMarkdownDocument } from '../../checks/markdown-document.ts';
import type { MarkdownDocument } from '../../checks/markdown-document.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface MarkdownDocumentsInput {
  readonly root: string;
  readonly files: readonly string[];
  readonly maxBytes: number;
}

/** By path; null for what is no text, no regular file or too large. */
export type MarkdownDocumentsOutput = Readonly<Record<string, MarkdownDocument | null>>;

await serveEntry<MarkdownDocumentsInput, MarkdownDocumentsOutput>(async ({ root, files, maxBytes }) => {
  const documents: Record<string, MarkdownDocument | null> = {};
  for (const path of files) {
    const text = readTextFile(root, path, maxBytes);
    documents[path] = text === null ? null : await readMarkdownDocument(text);
    await setImmediate();
  }
  return documents;
});
