/** Writes schema/agent.config.schema.json and cli/config/default-config.ts from the configuration's own schema: `node scripts/generate-schema.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configJsonSchema, configSchema } from '../cli/config-schema.ts';

/** The text of the published JSON Schema. */
export function schemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

/** The text of the module with the defaults. */
export function defaultsText(): string {
  const { $schema: _schema, extends: _extends, ...config } = configSchema.parse({});
  return `/** The configuration where nothing is configured. Generated from the schema by \`npm run schema\`; do not edit. */
import type { ConfigObject } from './config-layer.ts';

export const DEFAULT_CONFIG = JSON.parse(
  // As text, which is read faster than it is compiled.
  '${JSON.stringify(config).replace(/[\\']/g, '\\$&')}',
) as ConfigObject;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../schema', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'agent.config.schema.json'), schemaText());
  writeFileSync(fileURLToPath(new URL('../cli/config/default-config.ts', import.meta.url)), defaultsText());
}
