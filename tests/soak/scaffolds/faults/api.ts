/** Faults in documents of OpenAPI, in what is made of them, and in files that .editorconfig has a word about. */
import { FIXED, append, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';

const OPERATION = "      responses:\n        '200':\n          description: ok\n";
/** A second module with the same code in it. */
const COPY = `import type { Order } from './orders.js';

export function noteLengths(orders: readonly Order[]): number {
  let sum = 0;
  for (const order of orders) {
    if (order.note === null) continue;
    sum += order.note.length;
  }
  return sum;
}
`;

export const typedApi: Seeding = {
  scaffold: 'typed-api',
  faults: [
    {
      what: 'a reference to a schema that was renamed',
      change: {
        'api/openapi.yaml': replace("  $ref: '#/components/schemas/Order'\n  /orders", "  $ref: '#/components/schemas/Orders'\n  /orders"),
      },
      agent: 'backend',
      check: 'openapi',
      rule: 'unresolved-ref',
      path: 'api/openapi.yaml',
      at: '#/components/schemas/Orders',
    },
    {
      what: 'a reference into a file that has no such part',
      change: { 'api/openapi.yaml': replace('parameters.yaml#/orderId', 'parameters.yaml#/orderID') },
      agent: 'backend',
      check: 'openapi',
      rule: 'unresolved-ref',
      path: 'api/openapi.yaml',
      at: 'parameters.yaml#/orderID',
    },
    {
      what: 'a key of an operation that is misspelt',
      change: { 'api/openapi.yaml': replace('summary: All orders', 'sumary: All orders') },
      agent: 'backend',
      check: 'openapi',
      rule: 'schema',
      path: 'api/openapi.yaml',
      at: 'sumary',
    },
    {
      what: 'an operation that was copied with its name',
      change: {
        'api/openapi.yaml': replace('components:\n', `  /drafts:\n    get:\n      operationId: listOrders\n${OPERATION}components:\n`),
      },
      agent: 'backend',
      check: 'openapi',
      rule: 'operation-id',
      path: 'api/openapi.yaml',
      // The first one has the same name, and is right.
      at: null,
    },
    {
      what: 'a parameter in a path that nobody declares',
      change: { 'api/openapi.yaml': replace('components:\n', `  /users/{user}:\n    get:\n${OPERATION}components:\n`) },
      agent: 'backend',
      check: 'openapi',
      rule: 'path-parameter',
      path: 'api/openapi.yaml',
      at: null,
    },
    {
      what: 'a type in a schema that there is none of',
      change: { 'api/openapi.yaml': replace('        id:\n          type: string', '        id:\n          type: strng') },
      agent: 'backend',
      check: 'openapi',
      rule: 'schema',
      path: 'api/openapi.yaml',
      at: 'strng',
    },
    {
      what: 'a document that is no JSON',
      change: { 'old.openapi.json': '{\n  "openapi": "3.0.3"\n  "info": { "title": "Old", "version": "1" },\n  "paths": {}\n}\n' },
      agent: 'backend',
      check: 'openapi',
      rule: 'syntax',
      path: 'old.openapi.json',
      at: '"info"',
    },
    {
      what: 'a document that its generator would write in another way',
      change: { 'tools/routes.js': replace("title = 'Administration'", "title = 'Operations'") },
      agent: 'backend',
      check: 'openapi-generated',
      rule: 'out-of-step',
      path: 'admin.openapi.json',
      at: '"title"',
    },
    {
      what: 'a function that was copied into another module',
      change: { 'src/notes.ts': COPY },
      agent: 'architecture',
      check: 'duplicates',
      rule: 'clone',
      path: 'src/notes.ts',
      at: null,
    },
    {
      what: 'an any below the type coverage that is asked for',
      change: { 'src/legacy.ts': 'export function first(list: any): unknown {\n  return list[0];\n}\n' },
      agent: 'architecture',
      check: 'type-coverage',
      rule: 'threshold',
      path: 'package.json',
      at: null,
    },
    {
      what: 'spaces at the ends of lines of YAML, some of which belong to a text',
      change: { 'deploy/app.yaml': replace('replicas: 2', 'replicas: 3  ') },
      agent: 'devops',
      check: 'editor-config',
      rule: 'trim_trailing_whitespace',
      path: 'deploy/app.yaml',
      at: FIXED,
    },
    {
      what: 'a script without a last line break',
      change: { 'deploy/run.sh': (text) => text.trimEnd() },
      agent: 'devops',
      check: 'editor-config',
      rule: 'insert_final_newline',
      path: 'deploy/run.sh',
      at: FIXED,
    },
    {
      what: 'a link to a heading that is not there',
      change: { 'README.md': append('\nSee also [deploying](docs/guide.md#deploy).\n') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-anchor',
      path: 'README.md',
      at: '#deploy',
    },
  ],
};
