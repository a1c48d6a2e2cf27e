/** The small repository of `agent demo`: a shop with a real fault for each agent. */

/** The tools that the repository has of its own; without them its own small checks and the bundled tools find the faults. */
export interface DemoTools {
  /** Name → version of linked packages. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Paths and texts. */
export function demoFiles({ versions }: DemoTools): Record<string, string> {
  const has = (name: string): boolean => versions[name] !== undefined;
  return {
    ...SHARED,
    'package.json': json({
      name: 'demo-shop',
      private: true,
      type: 'module',
      scripts: {
        ...(has('eslint') ? { lint: 'eslint .' } : {}),
        ...(has('prettier') ? { format: 'prettier --write .' } : {}),
        ...(has('typescript') ? { typecheck: 'tsc --noEmit' } : {}),
        test: has('vitest') ? 'vitest run' : 'node --test',
      },
      ...(Object.keys(versions).length > 0 ? { devDependencies: versions } : {}),
    }),
    'package-lock.json': lockfile(versions),
    'tests/cart.test.js': has('vitest') ? VITEST : NODE_TEST,
    ...(has('eslint') ? { 'eslint.config.js': ESLINT } : {}),
    ...(has('prettier')
      ? { '.prettierrc.json': json({ singleQuote: true }), '.prettierignore': 'package-lock.json\n.github/\nREADME.md\n' }
      : {}),
    ...(has('typescript') ? { 'tsconfig.json': TSCONFIG, 'src/server/price.ts': TYPE_ERROR } : {}),
    ...(has('eslint') ? {} : OWN_CHECKS),
  };
}

const SHARED: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules/\n',
  'src/server/cart.js': `import { discount } from './discount.js';

export function total(items) {
  var sum = 0;
  for (const item of items) {
    sum = sum + item.price * item.amount;
  }
  return discount(sum);
}

export const LIMIT = 100;
`,
  'src/server/discount.js': `import { LIMIT } from './cart.js';

export function discount(sum) {
  let rate = 0.1;
  if (sum > LIMIT) {
    return sum - sum * rate;
  }
  return sum;
}
`,
  'src/components/cart-view.js': `export function cartView(items) {
  var rows = items.map((item) => '<li>' + item.name + '</li>');
  return '<ul>' + rows.join('') + '</ul>';
}
`,
  'src/components/cart.css': '.cart { color: black;\n      padding: 4px }\n',
  'src/index.js': `export { total } from './server/cart.js';
export { cartView } from './components/cart-view.js';
`,
  'compose.yaml': `services:
    shop:
        image:   "node:24"
        ports: [ "3000:3000" ]
`,
  '.github/workflows/ci.yml': `name: ci
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "\${{ github.event.head_commit.message }}"
  deploy:
    needs: tests
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
`,
  'README.md': `# Demo shop
A shop with *one* fault for each agent.


* [How to order](docs/order.md)
* [Prices](docs/prices.md)

<!-- upkeep:module-map -->
<!-- /upkeep:module-map -->
`,
  'docs/order.md': '# How to order\n\nPut things into the cart.   \nThen pay.\n',
};

const ESLINT = `export default [
  { ignores: ['node_modules/'] },
  { rules: { 'no-var': 'error', 'prefer-const': 'error', eqeqeq: 'error' } },
];
`;

const TSCONFIG =
  '{\n  "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "target": "es2022", "types": [] },\n  "include": ["src/**/*.ts"]\n}\n';

const TYPE_ERROR = `export function price(cents: number): string {
  return cents / 100;
}
`;

const VITEST = `import { expect, it } from 'vitest';
import { total } from '../src/server/cart.js';

it('adds up', () => {
  var items = [{ price: 2, amount: 3 }];
  expect(total(items)).toBe(6);
});

it('gives a discount above the limit', () => {
  expect(total([{ price: 200, amount: 1 }])).toBe(190);
});
`;

const NODE_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/server/cart.js';

test('adds up', () => {
  var items = [{ price: 2, amount: 3 }];
  assert.equal(total(items), 6);
});

test('gives a discount above the limit', () => {
  assert.equal(total([{ price: 200, amount: 1 }]), 190);
});
`;

/** Where no linter is at hand the repository brings a check of its own for each owner of code. */
const OWN_CHECKS: Readonly<Record<string, string>> = {
  'agent.config.json': json({
    customChecks: Object.fromEntries(
      [
        ['backend', 'src/server'],
        ['frontend', 'src/components'],
        ['qa', 'tests'],
      ].map(([agent, folder]) => [
        `no-var-${agent}`,
        {
          agent,
          run: ['node', 'scripts/no-var.mjs', folder],
          fix: ['node', 'scripts/no-var.mjs', folder, '--fix'],
          paths: [`${folder}/**`],
          findings: { format: 'json-lines' },
          needsDependencies: false,
        },
      ]),
    ),
  }),
  'scripts/no-var.mjs': `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, fix] = process.argv.slice(2);
for (const name of readdirSync(folder)) {
  if (!name.endsWith('.js')) continue;
  const path = join(folder, name);
  const text = readFileSync(path, 'utf8');
  if (fix) writeFileSync(path, text.replace(/\\bvar (?=\\w+ =)/g, 'let '));
  else
    text.split('\\n').forEach((line, index) => {
      if (/\\bvar \\w+ =/.test(line)) console.log(JSON.stringify({ path, line: index + 1, rule: 'no-var', severity: 'error', message: 'use let or const instead of var' }));
    });
}
`,
};

function lockfile(versions: Readonly<Record<string, string>>): string {
  const root = { name: 'demo-shop', ...(Object.keys(versions).length > 0 ? { devDependencies: versions } : {}) };
  const packages = Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version, dev: true }]));
  return json({ name: 'demo-shop', lockfileVersion: 3, requires: true, packages: { '': root, ...packages } });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
