import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../version.ts';

/** How the file begins, whatever its version. */
const HEADER = '// upkeep-gate ';

/** The gate of this version as one file, as the build left it. */
export async function gateText(): Promise<string> {
  return readFile(join(packageFolder(), 'dist', 'gate.mjs'), 'utf8');
}

/** Whether a text is a gate that some version wrote: such a file may be written anew. */
export function isGate(text: string): boolean {
  return text.startsWith(HEADER);
}
