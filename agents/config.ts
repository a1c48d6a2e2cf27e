/** The validated configuration of agents and checks. Types only, inferred from config-schema.ts. */
import type { z } from 'zod';
import type { agentsConfigShape } from './config-schema.ts';

/** Everything that one run needs to know of agents and checks; all defaults filled in. */
type AgentsConfig = z.output<z.ZodObject<typeof agentsConfigShape>>;

/** A check of the repository's own. */
export type CustomCheckConfig = AgentsConfig['customChecks'][string];
