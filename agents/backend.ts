import { biome } from './checks/biome.ts';
import { codeRules } from './checks/code-rules.ts';
import { dprint } from './checks/dprint.ts';
import { eslint } from './checks/eslint.ts';
import { goFormat } from './checks/go-format.ts';
import { goVet } from './checks/go-vet.ts';
import { oxfmt } from './checks/oxfmt.ts';
import { oxlint } from './checks/oxlint.ts';
import { prettier } from './checks/prettier.ts';
import { pythonFormat } from './checks/python-format.ts';
import { pythonLint } from './checks/python-lint.ts';
import { pythonTypes } from './checks/python-types.ts';
import { standard } from './checks/standard.ts';
import { staticcheck } from './checks/staticcheck.ts';
import { svelteCheck } from './checks/svelte-check.ts';
import { typeCheck } from './checks/type-check.ts';
import { xo } from './checks/xo.ts';
import type { Agent } from './agent.ts';

/** Owns server and library code. */
export const backend: Agent = {
  id: 'backend',
  title: 'Backend',
  summary: 'server and library code: the repository’s linters, formatter and type check',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    oxlint,
    eslint,
    xo,
    standard,
    biome,
    codeRules,
    typeCheck,
    svelteCheck,
    prettier,
    dprint,
    oxfmt,
    pythonLint,
    pythonFormat,
    pythonTypes,
    goFormat,
    goVet,
    staticcheck,
  ],
};
