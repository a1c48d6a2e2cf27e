import { build } from './checks/build.ts';
import { codeRules } from './checks/code-rules.ts';
import { componentTests } from './checks/component-tests.ts';
import { htmlHint } from './checks/htmlhint.ts';
import { htmlValidate } from './checks/html-validate.ts';
import { stylelint } from './checks/stylelint.ts';
import { tests } from './checks/tests.ts';
import { LINTERS, TYPES_AND_FORMATS } from './checks/code-tools.ts';
import type { Agent } from './agent.ts';

/** Owns UI code, styles and HTML. */
export const frontend: Agent = {
  id: 'frontend',
  title: 'Frontend',
  summary: 'UI code, styles and HTML: the repository’s linters, formatter and type check, the build and its size, tests of components',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [...LINTERS, stylelint, htmlValidate, htmlHint, codeRules, ...TYPES_AND_FORMATS, build, tests, componentTests],
};
