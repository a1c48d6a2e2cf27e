/** Writes schema/agent.config.schema.json from the configuration's own schema: `node scripts/generate-schema.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../cli/config-schema.ts';

/** The text of the published JSON Schema. */
export function schemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../schema', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'agent.config.schema.json'), schemaText());
}
