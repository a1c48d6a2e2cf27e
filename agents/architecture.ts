import { importCycles } from './checks/import-cycles.ts';
import type { Agent } from './agent.ts';

/** Owns the module graph and the module map. */
export const architecture: Agent = {
  id: 'architecture',
  title: 'Architecture',
  summary: 'import cycles, unused files, exports and dependencies, the module map',
  priority: 'NORMAL',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [importCycles],
};
