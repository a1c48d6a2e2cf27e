import { openapiGenerated } from './checks/openapi-generated.ts';
import { redocly, spectral } from './checks/openapi-linters.ts';
import { openapi } from './checks/openapi.ts';
import { codeRules } from './checks/code-rules.ts';
import { goFormat } from './checks/go-format.ts';
import { goVet } from './checks/go-vet.ts';
import { pythonFormat } from './checks/python-format.ts';
import { pythonLint } from './checks/python-lint.ts';
import { pythonTypes } from './checks/python-types.ts';
import { staticcheck } from './checks/staticcheck.ts';
import { LINTERS, TYPES_AND_FORMATS } from './checks/code-tools.ts';
import type { Agent } from './agent.ts';

/** Owns server and library code. */
export const backend: Agent = {
  id: 'backend',
  title: 'Backend',
  summary: 'server and library code: the repository’s linters, formatter and type check, API documents',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    ...LINTERS,
    codeRules,
    ...TYPES_AND_FORMATS,
    pythonLint,
    pythonFormat,
    pythonTypes,
    goFormat,
    goVet,
    staticcheck,
    openapi,
    redocly,
    spectral,
    openapiGenerated,
  ],
};
