/** A server whose interface is written down: one document by hand, one from code; what is copied and what is `any` is measured. */
import type { Scaffold } from './scaffold.ts';
import { json, manifest } from './scaffold.ts';
import { GUIDE, IGNORE, README } from './written-parts.ts';

const ORDERS = `openapi: 3.1.0
info:
  title: Orders
  version: 1.0.0
servers:
  - url: https://{stage}.example.com
    variables:
      stage:
        default: api
paths:
  /orders:
    get:
      operationId: listOrders
      summary: All orders
      responses:
        '200':
          description: The orders
          content:
            application/json:
              schema:
                type: array
                items:
                  $ref: '#/components/schemas/Order'
  /orders/{id}:
    get:
      operationId: getOrder
      summary: One order
      parameters:
        - $ref: ./parameters.yaml#/orderId
      responses:
        '200':
          description: The order
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Order'
components:
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id:
          type: string
        note:
          type: [string, 'null']
          example: { $ref: no reference }
`;
const PARAMETERS = `orderId:
  name: id
  in: path
  required: true
  schema:
    type: string
`;
const ROUTES = `export const title = 'Administration';

export const routes = ['/health', '/version'];
`;
const WRITER = `import { writeFileSync } from 'node:fs';
import { routes, title } from './routes.js';

const operation = { responses: { 200: { description: 'ok' } } };
const paths = Object.fromEntries(routes.map((route) => [route, { get: operation }]));
const document = { openapi: '3.0.3', info: { title, version: '1.0.0' }, paths };

writeFileSync('admin.openapi.json', \`\${JSON.stringify(document, null, 2)}\\n\`);
`;
const ORDER = `export interface Order {
  id: string;
  note: string | null;
}

/** The sum of the lengths of all notes. */
export function lengthOfNotes(orders: readonly Order[]): number {
  let sum = 0;
  for (const order of orders) {
    if (order.note === null) continue;
    sum += order.note.length;
  }
  return sum;
}

/** The order with the longest note. */
export function longestNote(orders: readonly Order[]): Order | undefined {
  let best: Order | undefined;
  for (const order of orders) {
    const length = order.note === null ? 0 : order.note.length;
    if (best === undefined || length > (best.note ?? '').length) best = order;
  }
  return best;
}
`;
const ok = { get: { responses: { 200: { description: 'ok' } } } };

/** A library with TypeScript, jscpd and type-coverage, and documents of OpenAPI. */
export const typedApi: Scaffold = {
  name: 'typed-api',
  generator: null,
  manager: 'npm',
  files: {
    '.gitignore': IGNORE,
    '.editorconfig': 'root = true\n\n[*]\nindent_style = space\ninsert_final_newline = true\ntrim_trailing_whitespace = true\n',
    'README.md': README('Orders'),
    'docs/guide.md': GUIDE,
    'package.json': manifest({
      name: 'orders-api',
      version: '1.0.0',
      private: true,
      type: 'module',
      main: 'src/orders.ts',
      scripts: {
        copies: 'jscpd src',
        types: 'type-coverage',
        'openapi:generate': 'node tools/openapi.js',
      },
      devDependencies: { jscpd: '~4.0.5', 'type-coverage': '^2.29.7', typescript: '~5.9.0' },
      typeCoverage: { atLeast: 100, strict: true },
    }),
    '.jscpd.json': json({ minLines: 5, minTokens: 40, reporters: ['console'] }),
    'tsconfig.json': json({
      compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true },
      include: ['src'],
    }),
    'src/orders.ts': ORDER,
    'api/openapi.yaml': ORDERS,
    'api/parameters.yaml': PARAMETERS,
    'tools/routes.js': ROUTES,
    'tools/openapi.js': WRITER,
    'admin.openapi.json': manifest({
      openapi: '3.0.3',
      info: { title: 'Administration', version: '1.0.0' },
      paths: { '/health': ok, '/version': ok },
    }),
    'deploy/app.yaml': 'name: orders\nreplicas: 2\nmotd: |\n  Welcome  \n  to orders\n',
    'deploy/run.sh': '#!/bin/sh\nset -eu\ncat <<END >&2\nStarting  \nEND\nexec node src/orders.ts\n',
  },
};
