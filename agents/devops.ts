import { lockfile } from './checks/lockfile.ts';
import { manifests } from './checks/manifests.ts';
import { prettier } from './checks/prettier.ts';
import { secrets } from './checks/secrets.ts';
import { workflows } from './checks/workflows.ts';
import type { Agent } from './agent.ts';

/** Owns workflows, containers, YAML, shell, lockfiles and secrets. */
export const devops: Agent = {
  id: 'devops',
  title: 'DevOps',
  summary: 'workflows, YAML, lockfiles, secrets',
  priority: 'CRITICAL',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [workflows, secrets, lockfile, manifests, prettier],
};
