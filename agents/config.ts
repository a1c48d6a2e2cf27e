/** The validated configuration of agents and checks. Types only, inferred from config-schema.ts. */
import type { z } from 'zod';
import type { AgentId, DeliveryMode } from '../ledger/outcome.ts';
import type { agentsConfigShape } from './config-schema.ts';

/** Everything that one run needs to know of agents and checks; all defaults filled in. */
export type AgentsConfig = z.output<z.ZodObject<typeof agentsConfigShape>>;

/** Settings of one agent. */
export type AgentSettings = AgentsConfig['agents'][AgentId];

/** Settings of one check; false: turned off. */
export type CheckSettings = AgentsConfig['checks'][string];

/** A check of the repository's own. */
export type CustomCheckConfig = AgentsConfig['customChecks'][string];

/** How commits are delivered, with the remote and branch that git/ knows about. */
export interface DeliveryConfig {
  readonly mode: DeliveryMode;
  readonly remote: string;
  readonly branch: string | null;
}
