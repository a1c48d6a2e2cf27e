import { biome } from './checks/biome.ts';
import { dprint } from './checks/dprint.ts';
import { eslint } from './checks/eslint.ts';
import { focusedTests } from './checks/focused-tests.ts';
import { idleTests } from './checks/idle-tests.ts';
import { goFormat } from './checks/go-format.ts';
import { goTests } from './checks/go-tests.ts';
import { oxfmt } from './checks/oxfmt.ts';
import { oxlint } from './checks/oxlint.ts';
import { prettier } from './checks/prettier.ts';
import { pythonFormat } from './checks/python-format.ts';
import { pythonLint } from './checks/python-lint.ts';
import { pythonTests } from './checks/python-tests.ts';
import { pythonTypes } from './checks/python-types.ts';
import { standard } from './checks/standard.ts';
import { svelteCheck } from './checks/svelte-check.ts';
import { tests } from './checks/tests.ts';
import { typeCheck } from './checks/type-check.ts';
import { xo } from './checks/xo.ts';
import type { Agent } from './agent.ts';

/** Owns tests and their configuration. */
export const qa: Agent = {
  id: 'qa',
  title: 'QA',
  summary: 'tests, coverage, focused, idle and flaky tests, lint and format of test files',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    tests,
    pythonTests,
    goTests,
    focusedTests,
    idleTests,
    oxlint,
    eslint,
    xo,
    standard,
    biome,
    typeCheck,
    svelteCheck,
    prettier,
    dprint,
    oxfmt,
    pythonLint,
    pythonFormat,
    pythonTypes,
    goFormat,
  ],
};
