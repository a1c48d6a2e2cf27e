import { open } from 'node:fs/promises';

/** What became of the report that a tool was asked to write. */
export type ReportFile = { readonly is: 'read'; readonly text: string } | { readonly is: 'absent' } | { readonly is: 'too-large' };

/** Reads a report of at most `maxBytes`. */
export async function readReport(path: string, maxBytes: number): Promise<ReportFile> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { is: 'absent' };
    throw error;
  }
  try {
    const { size } = await file.stat();
    return size > maxBytes ? { is: 'too-large' } : { is: 'read', text: await file.readFile('utf8') };
  } finally {
    await file.close();
  }
}
