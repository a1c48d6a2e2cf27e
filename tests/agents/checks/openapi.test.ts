import { describe, expect, it } from 'vitest';
import { openapi } from '../../../agents/checks/openapi.ts';
import { checkFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

async function problems(files: Files): Promise<string[]> {
  const report = await checkFixture(files).inspect(openapi);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`);
}

/** A sound document of this version with these paths and parts. */
function yaml(version: string, paths: string, parts = ''): string {
  const key = version === '2.0' ? "swagger: '2.0'" : `openapi: ${version}`;
  return `${key}\ninfo:\n  title: Pets\n  version: 1.0.0\npaths:\n${paths}${parts}`;
}

const OK = "      responses:\n        '200':\n          description: ok\n";
const PETS = `  /pets:\n    get:\n      operationId: listPets\n${OK}`;

describe('the schema of a document', () => {
  it.each(['3.0.3', '3.1.0', '3.2.0', '2.0'])('is that of its version: %s', async (version) => {
    expect(await problems({ 'openapi.yaml': yaml(version, PETS) })).toEqual([]);
    expect(await problems({ 'openapi.yaml': yaml(version, `${PETS}      summry: All pets\n`) })).toEqual([
      'openapi.yaml:12 schema warning “summry” is no key in “get”; did you mean summary?',
    ]);
  });

  it('is judged in JSON with places as well', async () => {
    const document = { openapi: '3.0.3', info: { title: 'Pets', version: '1' }, paths: { '/pets': { get: { responses: { 200: {} } } } } };
    expect(await problems({ 'api/petstore.openapi.json': document })).toEqual([
      'api/petstore.openapi.json:11 schema warning An item of “responses” has no “description”.',
    ]);
  });

  it('tells what a value has to be, of several forms the one that is meant', async () => {
    const paths = '  /pets:\n    get:\n      parameters:\n        - { name: id, in: query, type: string }\n';
    const parts =
      'components:\n  securitySchemes:\n    token:\n      type: http\n  schemas:\n    Pet:\n      type: objekt\n      required: true\n';
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', paths + OK, parts) })).toEqual([
      'openapi.yaml:9 schema warning “type” is no key in an item of “parameters”; did you mean style?',
      'openapi.yaml:15 schema warning “token” has no “scheme”.',
      'openapi.yaml:19 schema warning “type” is none of array, boolean, integer, number, object, string.',
      'openapi.yaml:20 schema warning “required” has to be a list, and is true or false.',
    ]);
  });

  it('is that of JSON Schema inside of schemas from 3.1 on', async () => {
    const parts = "components:\n  schemas:\n    Pet:\n      type: [object, 'null']\n      properties:\n        name: { type: strng }\n";
    expect(await problems({ 'openapi.yaml': yaml('3.1.0', PETS, parts) })).toEqual([
      'openapi.yaml:17 schema warning “type” is none of array, boolean, integer, null, number, object, string.',
    ]);
  });

  it('tells the same mistake once, with the number of its places', async () => {
    const paths = ['a', 'b', 'c'].map((name) => `  /${name}:\n    get:\n      sumary: x\n${OK}`).join('');
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', paths) })).toEqual([
      'openapi.yaml:8 schema warning “sumary” is no key in “get”; did you mean summary?, and 2 more places like it.',
    ]);
  });

  it('needs a version that programs know', async () => {
    const body = 'info: { title: Pets, version: 1.0.0 }\npaths: {}\n';
    expect((await problems({ 'openapi.yaml': `openapi: 3.0\n${body}` }))[0]).toMatch(
      /^openapi.yaml:1 version warning “openapi” has to be a text/,
    );
    expect((await problems({ 'swagger.yml': `swagger: 2.0\n${body}` }))[0]).toMatch(
      /^swagger.yml:1 version warning “swagger” has to be the text "2.0"/,
    );
    expect((await problems({ 'openapi.yaml': body }))[0]).toMatch(/^openapi.yaml:1 version/);
  });
});

describe('references', () => {
  const refers = (ref: string): string =>
    `  /pets:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema:\n                $ref: '${ref}'\n`;
  const PET = 'components:\n  schemas:\n    Pet:\n      type: object\n      properties:\n        name: { type: string }\n';

  it('that lead nowhere are errors: in the document, into a file, into a part of one', async () => {
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', refers('#/components/schemas/Pat'), PET) })).toEqual([
      'openapi.yaml:14 unresolved-ref error “#/components/schemas/Pat” leads nowhere: openapi.yaml has no components › schemas › Pat.',
    ]);
    expect(await problems({ 'docs/openapi.yaml': yaml('3.1.0', refers('./schemas/pet.yaml')) })).toEqual([
      'docs/openapi.yaml:14 unresolved-ref error “./schemas/pet.yaml” leads nowhere: there is no file docs/schemas/pet.yaml.',
    ]);
    expect(await problems({ 'openapi.yaml': yaml('3.1.0', refers('pet.json#/Cat')), 'pet.json': { Pet: {} } })).toEqual([
      'openapi.yaml:14 unresolved-ref error “pet.json#/Cat” leads nowhere: pet.json has no Cat.',
    ]);
  });

  it('are followed into other files, and told where they stand', async () => {
    const files = {
      'openapi.yaml': yaml('3.0.3', '  /pets:\n    $ref: paths/pets.yaml\n'),
      'paths/pets.yaml': `get:\n  responses:\n    '200':\n      $ref: '../responses.yaml#/Pets'\n`,
    };
    expect(await problems({ ...files, 'responses.yaml': 'Pets:\n  description: ok\n' })).toEqual([]);
    expect(await problems(files)).toEqual([
      'paths/pets.yaml:4 unresolved-ref error “../responses.yaml#/Pets” leads nowhere: there is no file responses.yaml.',
    ]);
  });

  it.each([
    '#/components/schemas/Pet',
    '#/components/schemas/Pet/properties/name',
    '#/paths/~1pets/get',
    '#/components/schemas/Cat/properties/name',
    'https://example.com/pet.json#/Pet',
    './dist/pet.json',
    '../../elsewhere.yaml',
    '#anchor',
  ])('may be of any kind: %s', async (ref) => {
    const parts = `${PET}    Cat:\n      $ref: '#/components/schemas/Pet'\n`;
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', refers(ref), parts) })).toEqual([]);
  });

  it('are none in examples, in extensions, and as the name of a property', async () => {
    const parts = [
      'components:\n  schemas:\n    Pet:\n      type: object\n      properties:\n        $ref: { type: string }\n        example: { type: string }\n',
      "      example: { $ref: '#/nowhere' }\n      x-note: { $ref: '#/nowhere' }\n      default: { $ref: '#/nowhere' }\n",
      "  examples:\n    pet:\n      value: { $ref: '#/nowhere' }\n",
    ];
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', PETS, parts.join('')) })).toEqual([]);
  });
});

describe('operations', () => {
  it('have names of their own', async () => {
    const paths = `${PETS}  /cats:\n    get:\n      operationId: listPets\n${OK}`;
    expect(await problems({ 'openapi.yaml': yaml('3.0.3', paths) })).toEqual([
      'openapi.yaml:14 operation-id warning The operationId “listPets” is that of GET /pets as well.',
    ]);
  });

  it('declare the parameters of their paths, and no others', async () => {
    const ID = '        - { name: id, in: path, required: true, schema: { type: string } }\n';
    const path = (template: string, shared: string, own: string): string =>
      `  ${template}:\n${shared === '' ? '' : `    parameters:\n${shared}`}    get:\n${own === '' ? '' : `      parameters:\n${own}`}${OK}`;
    const judged = (paths: string, parts = ''): Promise<string[]> => problems({ 'openapi.yaml': yaml('3.0.3', paths, parts) });
    expect(await judged(path('/pets/{id}', '', ''))).toEqual([
      'openapi.yaml:7 path-parameter warning GET /pets/{id} does not declare its parameter “id”.',
    ]);
    expect(await judged(path('/pets/{petId}', '', ID))).toEqual([
      'openapi.yaml:7 path-parameter warning GET /pets/{petId} does not declare its parameter “petId”.',
      'openapi.yaml:9 path-parameter warning GET /pets/{petId} declares “id”, which is not in its path.',
    ]);
    const parts = 'components:\n  parameters:\n    id: { name: id, in: path, required: true, schema: { type: string } }\n';
    expect(await judged(path('/pets/{id}', ID, ''))).toEqual([]);
    expect(await judged(path('/pets/{id}', '', ID))).toEqual([]);
    expect(await judged(path('/pets/{id}', '', "        - $ref: '#/components/parameters/id'\n"), parts)).toEqual([]);
    expect(await judged(path('/pets/{id}', '', "        - $ref: 'https://example.com/p.yaml#/id'\n"))).toEqual([]);
    expect(await judged(path('/files/{path}*', ID.replace('name: id', 'name: path'), ''))).toEqual([]);
  });
});

describe('the files', () => {
  it('that are no JSON are errors with a place; what is no YAML the check of YAML tells', async () => {
    expect(await problems({ 'openapi.json': '{\n  "openapi": "3.0.3",\n  "info": { "title": "a" "version": "1" }\n}\n' })).toEqual([
      'openapi.json:3 syntax error no JSON: comma expected',
    ]);
    const report = await checkFixture({ 'openapi.yaml': 'openapi: "3.0.3\n' }).inspect(openapi);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'not-applicable' });
    expect(await problems({ 'specs/openapi.yaml': 'openapi: 3.0.3\ninfo: {\n' })).toHaveLength(1);
  });

  it('are known by their names, or in a folder for them by their first lines', async () => {
    for (const path of [
      'openapi.yaml',
      'docs/swagger.json',
      'pets.openapi.yml',
      'openapi-v2.yaml',
      'my-swagger.json',
      'openapi/pets.yaml',
      'api.yml',
    ])
      expect(await checkFixture({ [path]: 'openapi: 3.0.3\n' }).detect(openapi), path).toMatchObject({ applies: true });
    const others = {
      ...{
        'openapi-ts.config.json': '{}',
        'openapitools.json': '{}',
        'openapi-generator-config.yaml': 'a: 1\n',
        'openapi/paths/pets.yaml': 'get: {}\n',
      },
      ...{
        'api.yml': 'routes: []\n',
        'test/openapi.yaml': 'openapi: 3.0.3\n',
        'fixtures/openapi.json': '{}',
        'examples/openapi.yaml': 'openapi: 1\n',
      },
    };
    expect(await checkFixture(others).detect(openapi)).toMatchObject({ applies: false });
  });

  it('are those that a configuration of Redocly names, also where it comes by npx', async () => {
    const files = {
      'redocly.yaml': 'apis:\n  main:\n    root: ./src/pets.yaml\n',
      'src/pets.yaml': 'openapi: 3.0.3\ninfo: {}\npaths: {}\n',
    };
    expect(await problems(files)).toEqual([
      'src/pets.yaml:2 schema warning “info” has no “title”.',
      'src/pets.yaml:2 schema warning “info” has no “version”.',
    ]);
  });

  it('of that name that are no document are left alone, and nothing read is no pass', async () => {
    const report = await checkFixture({ 'openapi.yaml': 'generator: typescript\n', 'swagger.json': '[]' }).inspect(openapi);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'not-applicable', findings: [] });
  });

  it('that a template fills in are not read', async () => {
    expect((await checkFixture({ 'openapi.yaml': 'openapi: 3.0.3\ninfo:\n  version: {{ version }}\n' }).inspect(openapi)).outcome).toBe(
      'skipped',
    );
  });
});
