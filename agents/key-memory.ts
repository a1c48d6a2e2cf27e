/** Remembers the input keys of trees that were seen, so that a run over an unchanged tree does not read it. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Trees remembered in a clone. */
const REMEMBERED = 40;

type Memory = { readonly id: string; readonly keys: Readonly<Record<string, string>> }[];

/** The keys by agent that were computed for this tree and context, or null. */
export function recallKeys(commonDir: string, treeId: string, context: string): Readonly<Record<string, string>> | null {
  return load(commonDir).find((entry) => entry.id === `${treeId}:${context}`)?.keys ?? null;
}

/** Remembers them, newest first; losing a race with another run loses only time. */
export function rememberKeys(commonDir: string, tree: { treeId: string; context: string; keys: Readonly<Record<string, string>> }): void {
  const id = `${tree.treeId}:${tree.context}`;
  const memory = [{ id, keys: tree.keys }, ...load(commonDir).filter((entry) => entry.id !== id)].slice(0, REMEMBERED);
  const path = file(commonDir);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, JSON.stringify(memory));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    // Where nothing can be written, looking must still work; whoever has to write says so.
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function load(commonDir: string): Memory {
  try {
    const memory: unknown = JSON.parse(readFileSync(file(commonDir), 'utf8'));
    return Array.isArray(memory) ? (memory as Memory) : [];
  } catch {
    return []; // absent or torn: it is only a cache
  }
}

function file(commonDir: string): string {
  return join(commonDir, 'upkeep', 'cache', 'keys.json');
}
