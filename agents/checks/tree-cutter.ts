/** Takes the folder of a worktree out of what tools say: it is new with each run, and nobody can open it afterwards. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes the function that cuts `folder` off the paths in a text, in its forms as a path and as a file: address:
 * `/tmp/x/src/a.ts` → `src/a.ts`, the folder alone → `.`. `below` is a regular expression of what belongs to the folder behind it.
 */
export function treeCutter(folder: string, below = ''): (text: string) => string {
  const folders = [folder, resolved(folder)];
  const forms = new Set([...folders, ...folders.map((each) => pathToFileURL(each).pathname)]);
  const names = [...forms].map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?:file://)?(?:${names})${below}(?![\\w-])(/+(?=[\\p{L}\\p{N}_.@~$%+(\\[{-]))?`, 'gu');
  return (text) =>
    text.replace(pattern, (_, slash: string | undefined, at: number) => {
      // `vite:/@fs/tmp/x/a.ts`: what stands before is a path as well.
      const before = /\w/.test(text[at - 1] ?? '') ? '/' : '';
      return before + (slash === undefined ? '.' : '');
    });
}

/** The folder need not be there yet. */
function resolved(folder: string): string {
  try {
    return join(realpathSync(dirname(folder)), basename(folder));
  } catch {
    return folder;
  }
}
