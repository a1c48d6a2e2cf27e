/** The whole configuration: each folder's part, put together. Loaded only when a configuration is validated. */
import { z } from 'zod';
import { agentsConfigShape, deliveryMode } from '../agents/config-schema.ts';
import { deliveryTargetShape } from '../git/config-schema.ts';
import { githubConfigShape, pullRequestShape } from '../github/config-schema.ts';
import { ledgerConfigShape } from '../ledger/config-schema.ts';
import { schedulerConfigShape } from '../scheduler/config-schema.ts';

const source = z.string().min(1).max(1000);

/** Accepts a configuration file; every key has a default, so `{}` is one. */
export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Address of the JSON Schema, for editors.'),
    extends: z
      .union([source, z.array(source).max(20)])
      .optional()
      .describe('Files of the repository ("./base.json") or packages ("@acme/upkeep-preset") whose settings come first; later ones win.'),
    ...agentsConfigShape,
    delivery: z
      .strictObject({ mode: deliveryMode, ...deliveryTargetShape, ...pullRequestShape })
      .prefault({})
      .describe('How the commits of agents reach people.'),
    ...schedulerConfigShape,
    ...githubConfigShape,
    ...ledgerConfigShape,
  })
  .describe('Configuration of Upkeep: agent.config.json, agent.config.yaml or "agent" in package.json.');

/** The JSON Schema that editors read. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07', unrepresentable: 'any' }), title: 'Upkeep' };
}

export type ResolvedConfig = Omit<z.output<typeof configSchema>, '$schema' | 'extends'>;
