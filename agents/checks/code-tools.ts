/** What looks at code whoever owns it: linters, type checks and formatters, as far as a repository has set them up. */
import { biome } from './biome.ts';
import type { Check } from './check.ts';
import { dprint } from './dprint.ts';
import { eslint } from './eslint.ts';
import { oxfmt } from './oxfmt.ts';
import { oxlint } from './oxlint.ts';
import { prettier } from './prettier.ts';
import { standard } from './standard.ts';
import { svelteCheck } from './svelte-check.ts';
import { typeCheck } from './type-check.ts';
import { xo } from './xo.ts';

export const LINTERS: readonly Check[] = [oxlint, eslint, xo, standard, biome];
export const TYPES_AND_FORMATS: readonly Check[] = [typeCheck, svelteCheck, prettier, dprint, oxfmt];
