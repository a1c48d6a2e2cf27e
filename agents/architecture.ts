import { duplicates } from './checks/duplicates.ts';
import { importCycles } from './checks/import-cycles.ts';
import { layerRules } from './checks/layer-rules.ts';
import { moduleMap } from './checks/module-map.ts';
import { tsconfig } from './checks/tsconfig.ts';
import { typeCoverage } from './checks/type-coverage.ts';
import { unusedCode } from './checks/unused-code.ts';
import type { Agent } from './agent.ts';

/** Owns the module graph and the module map. */
export const architecture: Agent = {
  id: 'architecture',
  title: 'Architecture',
  summary:
    'import cycles, layer rules, tsconfig files, type coverage, duplicated code, unused files, exports and dependencies, the module map',
  priority: 'NORMAL',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [importCycles, layerRules, tsconfig, typeCoverage, duplicates, unusedCode, moduleMap],
};
