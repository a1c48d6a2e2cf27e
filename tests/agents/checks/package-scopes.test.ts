/** Which paths a package depends on: as much as its files say, and everything where they cannot be understood. */
import { expect, it } from 'vitest';
import { packageScopes } from '../../../agents/checks/package-scopes.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { projectFromFolder } from '../../support/project-from-folder.ts';

const WORKSPACE = {
  'package.json': { private: true, workspaces: ['packages/*'] },
  'tsconfig.base.json': { compilerOptions: { strict: true } },
  'packages/base/package.json': { name: '@shop/base' },
  'packages/base/index.ts': 'export const base = 1;\n',
  'packages/cart/package.json': { name: '@shop/cart', dependencies: { '@shop/base': '*' } },
  'packages/cart/tsconfig.json': { extends: '../../tsconfig.base.json' },
  'packages/cart/src/cart.ts': "import { base } from '@shop/base';\nexport const cart = base;\n",
  'packages/cart/test/cart.test.ts': "import { cart } from '../src/cart.ts';\ncart;\n",
  'packages/page/package.json': { name: '@shop/page', dependencies: { '@shop/cart': '*' } },
  'packages/page/page.ts': "import { cart } from '@shop/cart';\ncart;\n",
  'packages/alone/package.json': { name: '@shop/alone' },
  'packages/alone/alone.ts': 'export const alone = 1;\n',
};
const PLACES = ['base', 'cart', 'page', 'alone'];

function reachOf(name: string, files: Readonly<Record<string, string | object>> = {}): string {
  const { root } = checkFixture({ ...WORKSPACE, ...files });
  const isRead = packageScopes(projectFromFolder(root), root)(name === '' ? '' : `packages/${name}`);
  expect(isRead('package.json')).toBe(true);
  return PLACES.filter((place) => isRead(`packages/${place}/x.ts`)).join(' ');
}

it('is the package itself, what it names, and what that names', () => {
  expect([reachOf('base'), reachOf('cart'), reachOf('page'), reachOf('alone')]).toEqual(['base', 'base cart', 'base cart page', 'alone']);
});

it.each([
  ['by a path', { 'packages/alone/reach.ts': "import '../base/index.ts';\n" }, 'base alone'],
  ['by the path of a folder', { 'packages/alone/reach.json': '{ "include": ["../base"] }' }, 'base alone'],
  ['by a name in any file', { 'packages/alone/vite.config.ts': 'export default { external: ["@shop/cart"] };\n' }, 'base cart alone'],
  ['the folder of all packages', { 'packages/alone/all.ts': "readdirSync(new URL('../', import.meta.url));\n" }, 'base cart page alone'],
  ['steps that are put together', { 'packages/alone/join.ts': "join(__dirname, '..', 'base');\n" }, 'base cart page alone'],
  ['steps behind a variable', { 'packages/alone/text.ts': 'read(`${here}/../base/x`);\n' }, 'base cart page alone'],
  [
    'names that the root gives',
    { 'tsconfig.json': '{ "compilerOptions": { "paths": { "#cart": ["./packages/cart"] } } }' },
    'base cart page alone',
  ],
  ['an alias of the root', { 'vitest.config.ts': 'export default { resolve: { alias: {} } };\n' }, 'base cart page alone'],
  ['a package without a name', { 'packages/base/package.json': {} }, 'base alone'],
  ['what is too large to read', { 'packages/alone/large.ts': `// ${'x'.repeat(600_000)}` }, 'base cart page alone'],
])('reaches further: %s', (_what, files, reach) => expect(reachOf('alone', files)).toBe(reach));

it('is everything for the root, and for folders that are no package', () => {
  expect([reachOf(''), reachOf('nothing')]).toEqual(['base cart page alone', 'base cart page alone']);
});
