import { focusedTests } from './checks/focused-tests.ts';
import { idleTests } from './checks/idle-tests.ts';
import { endToEnd } from './checks/end-to-end.ts';
import { goFormat } from './checks/go-format.ts';
import { goTests } from './checks/go-tests.ts';
import { pythonFormat } from './checks/python-format.ts';
import { pythonLint } from './checks/python-lint.ts';
import { pythonTests } from './checks/python-tests.ts';
import { pythonTypes } from './checks/python-types.ts';
import { tests } from './checks/tests.ts';
import { LINTERS, TYPES_AND_FORMATS } from './checks/code-tools.ts';
import type { Agent } from './agent.ts';

/** Owns tests and their configuration. */
export const qa: Agent = {
  id: 'qa',
  title: 'QA',
  summary: 'tests, coverage, end-to-end tests at night, focused, idle and flaky tests, lint and format of test files',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    tests,
    pythonTests,
    goTests,
    focusedTests,
    idleTests,
    endToEnd,
    ...LINTERS,
    ...TYPES_AND_FORMATS,
    pythonLint,
    pythonFormat,
    pythonTypes,
    goFormat,
  ],
};
