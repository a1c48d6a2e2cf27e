import { biome } from './checks/biome.ts';
import { codeRules } from './checks/code-rules.ts';
import { dprint } from './checks/dprint.ts';
import { eslint } from './checks/eslint.ts';
import { htmlHint } from './checks/htmlhint.ts';
import { htmlValidate } from './checks/html-validate.ts';
import { oxfmt } from './checks/oxfmt.ts';
import { oxlint } from './checks/oxlint.ts';
import { prettier } from './checks/prettier.ts';
import { standard } from './checks/standard.ts';
import { stylelint } from './checks/stylelint.ts';
import { svelteCheck } from './checks/svelte-check.ts';
import { typeCheck } from './checks/type-check.ts';
import { xo } from './checks/xo.ts';
import type { Agent } from './agent.ts';

/** Owns UI code, styles and HTML. */
export const frontend: Agent = {
  id: 'frontend',
  title: 'Frontend',
  summary: 'UI code, styles and HTML: the repository’s linters, formatter and type check',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    oxlint,
    eslint,
    xo,
    standard,
    biome,
    stylelint,
    htmlValidate,
    htmlHint,
    codeRules,
    typeCheck,
    svelteCheck,
    prettier,
    dprint,
    oxfmt,
  ],
};
