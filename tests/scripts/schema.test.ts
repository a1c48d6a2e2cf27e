import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { schemaText } from '../../scripts/generate-schema.ts';

it('the published JSON Schema is what `npm run schema` writes', () => {
  expect(readFileSync(new URL('../../schema/agent.config.schema.json', import.meta.url), 'utf8')).toBe(schemaText());
});
