/** Copies the gate that was built to where this repository's own workflow and its action run it: `npm run gate`. */
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

copyFileSync(at('dist/gate.mjs'), at('.github/upkeep/gate.mjs'));
