/** Linters and generators of OpenAPI as the registry has them, where the fast tests know only what they once said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../agents/checks/check.ts';
import { openapiGenerated } from '../../agents/checks/openapi-generated.ts';
import { redocly, spectral } from '../../agents/checks/openapi-linters.ts';
import { openapi } from '../../agents/checks/openapi.ts';
import type { CheckFixture } from '../support/check-fixture.ts';
import { openToolShop, type ToolShop } from '../support/tool-shop.ts';

let shop: ToolShop;
beforeAll(async () => {
  shop = await openToolShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const told = ({ findings }: CheckReport): string[] =>
  findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);

/** Adds scripts to the package.json. */
function script(repository: CheckFixture, scripts: Readonly<Record<string, string>>): void {
  const manifest = JSON.parse(repository.read('package.json')) as object;
  repository.write({ 'package.json': { ...manifest, scripts } });
}

const SOUND = `openapi: 3.0.3
info:
  title: Pets
  version: 1.0.0
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Pet'
components:
  schemas:
    Pet:
      type: object
      properties:
        name:
          type: string
`;
const WRONG = SOUND.replace('schemas/Pet', 'schemas/Pat').replace('operationId', 'operationID');

describe.each(['1.34.5', '2'])('Redocly CLI %s', (version) => {
  it('tells what is wrong where it is, and is content with what is not', async () => {
    const files = { 'redocly.yaml': 'extends:\n  - minimal\n', 'openapi.yaml': WRONG };
    const repository = await shop.repositoryWith([`@redocly/cli@${version}`], files);
    const report = await repository.inspect(redocly);
    expect(report.outcome, report.hint).toBe('failed');
    // Before version 2 it tells no line, only whose value it is.
    expect(told(report)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^openapi\.yaml:1[45] no-unresolved-refs error/) as string]),
    );
    expect(told(report)).toEqual(expect.arrayContaining([expect.stringMatching(/^openapi\.yaml:8 (struct|spec) /) as string]));
    repository.write({ 'openapi.yaml': SOUND });
    const errors = (await repository.inspect(redocly)).findings.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
    repository.write({ 'openapi.yaml': 'openapi: "3.0.3\n' });
    expect((await repository.inspect(redocly)).findings).toMatchObject([{ path: 'openapi.yaml', rule: 'syntax', severity: 'error' }]);
  });

  it('is no pass with a configuration that it cannot read', async () => {
    const files = { 'redocly.yaml': 'rules:\n  foo: [\n', 'openapi.yaml': SOUND };
    const repository = await shop.repositoryWith([`@redocly/cli@${version}`], files);
    expect(await repository.inspect(redocly)).toMatchObject({ outcome: 'errored', reason: 'configuration' });
  });
});

it('Spectral tells what is wrong where it is, with its levels', async () => {
  const files = { '.spectral.yaml': 'extends: ["spectral:oas"]\n', 'openapi.yaml': WRONG };
  const repository = await shop.repositoryWith(['@stoplight/spectral-cli@6'], files);
  const report = await repository.inspect(spectral);
  expect(report.outcome, report.hint).toBe('failed');
  expect(told(report)).toEqual(
    expect.arrayContaining([
      'openapi.yaml:15 invalid-ref error',
      'openapi.yaml:2 info-contact warning',
      'openapi.yaml:8 oas3-schema error',
    ]),
  );
  repository.write({ '.spectral.yaml': 'extends: ["spectral:nothing"]\n' });
  expect(await repository.inspect(spectral)).toMatchObject({ outcome: 'errored' });
});

it('agrees with Redocly and Spectral on a document without a fault', async () => {
  const repository = await shop.repositoryWith(['@redocly/cli@2', '@stoplight/spectral-cli@6'], {
    'redocly.yaml': 'extends:\n  - minimal\n',
    '.spectral.yaml': 'extends: [["spectral:oas", "off"]]\nrules:\n  oas3-schema: true\n',
    'openapi.yaml': SOUND,
  });
  for (const check of [redocly, spectral, openapi]) expect((await repository.inspect(check)).outcome, check.id).toBe('passed');
});

it.each([
  { specs: ['openapi-typescript@7', 'typescript@5.9'], run: 'openapi-typescript openapi.yaml -o src/api.ts', path: 'src/api.ts' },
  { specs: ['swagger-typescript-api@13'], run: 'swagger-typescript-api generate -p openapi.yaml -o src -n api.ts', path: 'src/api.ts' },
  { specs: ['@redocly/cli@2'], run: 'redocly bundle openapi.yaml -o dist.openapi.yaml', path: 'dist.openapi.yaml' },
])('$run is run again, without a network, and compared', async ({ specs, run, path }) => {
  const repository = await shop.repositoryWith(specs, { 'openapi.yaml': SOUND, [path]: 'to be written\n' });
  script(repository, { 'generate:api': run });
  const first = await repository.inspect(openapiGenerated);
  expect(first.findings, first.hint).toMatchObject([{ path, rule: 'out-of-step', severity: 'warning' }]);
  // Now it is there as the generator wrote it.
  expect(repository.read(path).length).toBeGreaterThan(50);
  expect(await repository.inspect(openapiGenerated)).toMatchObject({ outcome: 'passed', findings: [] });
  repository.write({ 'openapi.yaml': SOUND.replace('name:', 'nickname:') });
  expect(told(await repository.inspect(openapiGenerated))).toEqual([expect.stringMatching(/out-of-step warning$/)]);
});
