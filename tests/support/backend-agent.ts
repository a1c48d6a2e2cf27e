import type { Agent } from '../../agents/agent.ts';

/** An agent without checks, for decisions that ask for none. */
export const backendAgent: Agent = {
  id: 'backend',
  title: 'Backend',
  summary: 'code',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push'],
  checks: [],
};
