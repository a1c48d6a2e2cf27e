import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ciDefaults, flagLayers } from '../../cli/config/overrides.ts';
import { plainConfig } from '../../cli/config/plain-config.ts';
import { validateLayers } from '../../cli/config/validate-config.ts';
import { defaultsText, schemaText } from '../../scripts/generate-schema.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('the published JSON Schema is what `npm run schema` writes', () => {
  expect(textOf('schema/agent.config.schema.json')).toBe(schemaText());
});

it('the defaults are what `npm run schema` writes', () => {
  expect(textOf('cli/config/default-config.ts')).toBe(defaultsText());
});

it.each([
  ['nothing is given', []],
  ['CI has its own defaults', [ciDefaults()]],
  ['options are given as well', [ciDefaults(), ...flagLayers({ delivery: 'pull-request', install: false, strict: true })]],
])('the configuration of a repository without one is that of the schema, in its order, where %s', async (_when, layers) => {
  const plain = plainConfig(layers);
  const validated = await validateLayers(layers, () => Promise.resolve([]));
  // The hash of the configuration goes by the order of its keys.
  expect(JSON.stringify(plain)).toBe(JSON.stringify(validated));
});
