/** Projects that no generator makes, in the shape in which people keep them. */
import type { Scaffold } from './scaffold.ts';
import { manifest } from './scaffold.ts';
import { GUIDE, IGNORE, README } from './written-parts.ts';
import { typedApi } from './written-api.ts';
import { eslintReact } from './written-react.ts';
import { packagesOf } from './written-workspaces.ts';

/** A server with Express and Mocha, in CommonJS, with ESLint. */
const expressMocha: Scaffold = {
  name: 'express-mocha',
  generator: null,
  manager: 'npm',
  files: {
    '.gitignore': IGNORE,
    'README.md': README('Orders'),
    'docs/guide.md': GUIDE,
    'package.json': manifest({
      name: 'orders',
      version: '1.0.0',
      private: true,
      main: 'server.js',
      scripts: { start: 'node server.js', test: 'mocha', lint: 'eslint .' },
      dependencies: { express: '^5.1.0' },
      devDependencies: { '@eslint/js': '^9.39.0', eslint: '^9.39.0', globals: '^16.5.0', mocha: '^11.7.0', supertest: '^7.1.0' },
    }),
    'eslint.config.js': `const js = require('@eslint/js');
const globals = require('globals');

module.exports = [
  js.configs.recommended,
  { languageOptions: { sourceType: 'commonjs', globals: globals.node }, rules: { 'prefer-const': 'error', eqeqeq: 'error' } },
  { files: ['test/**'], languageOptions: { globals: globals.mocha } },
];
`,
    'server.js': `const { createApp } = require('./lib/app');

createApp().listen(process.env.PORT || 3000);
`,
    'lib/app.js': `const express = require('express');
const { orders } = require('./routes/orders');

function createApp() {
  const app = express();
  app.use(express.json());
  app.use('/orders', orders());
  return app;
}

module.exports = { createApp };
`,
    'lib/routes/orders.js': `const { Router } = require('express');

function orders() {
  const router = Router();
  router.get('/:id', (request, response) => {
    response.json({ id: request.params.id });
  });
  return router;
}

module.exports = { orders };
`,
    'test/orders.js': `const assert = require('node:assert');
const request = require('supertest');
const { createApp } = require('../lib/app');

describe('orders', function () {
  it('answers with the id', async function () {
    const response = await request(createApp()).get('/orders/7');
    assert.deepStrictEqual(response.body, { id: '7' });
  });
});
`,
  },
};

/** A library in plain JavaScript with AVA and XO. */
const libraryAva: Scaffold = {
  name: 'library-ava',
  generator: null,
  manager: 'npm',
  files: {
    '.gitignore': IGNORE,
    '.gitattributes': '* text=auto eol=lf\n',
    'readme.md':
      "# slugs\n\n> Make slugs\n\n## Install\n\n```sh\nnpm install slugs\n```\n\n## Usage\n\n```js\nimport slug from 'slugs';\n\nslug('A b');\n//=> 'a-b'\n```\n\n## API\n\nSee [Usage](#usage).\n",
    license: 'MIT License\n',
    'package.json': manifest({
      name: 'slugs',
      version: '1.0.0',
      description: 'Make slugs',
      license: 'MIT',
      type: 'module',
      exports: { types: './index.d.ts', default: './index.js' },
      sideEffects: false,
      engines: { node: '>=20' },
      scripts: { test: 'xo && ava' },
      files: ['index.js', 'index.d.ts'],
      keywords: ['slug'],
      devDependencies: { ava: '^6.4.0', xo: '^1.2.0' },
    }),
    'index.js': "export default function slug(text) {\n\treturn text.trim().toLowerCase().replaceAll(/\\s+/gv, '-');\n}\n",
    'index.d.ts': '/** Makes a slug of a text. */\nexport default function slug(text: string): string;\n',
    'test.js': "import test from 'ava';\nimport slug from './index.js';\n\ntest('makes a slug', t => {\n\tt.is(slug('A b'), 'a-b');\n});\n",
  },
};

const markdownOnly: Scaffold = {
  name: 'markdown-only',
  generator: null,
  manager: null,
  files: {
    'README.md': '# Handbook\n\n- [How we work](work/how.md)\n- [Words](work/words.md#green)\n\n![Logo](images/logo.svg)\n',
    'work/how.md': '# How we work\n\nSee [words](words.md), or [back](../README.md#handbook).\n',
    'work/words.md': '---\ntitle: Words\n---\n\n# Words\n\n## Green\n\nNothing is left to do.\n\n```json\n{ "green": true }\n```\n',
    'images/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n',
  },
};

const empty: Scaffold = { name: 'empty', generator: null, manager: null, files: {} };

const python: Scaffold = {
  name: 'python-module',
  generator: null,
  manager: null,
  files: {
    'README.md': '# prices\n\nPrices in cents.\n',
    'pyproject.toml':
      '[project]\nname = "prices"\nversion = "1.0.0"\nrequires-python = ">=3.11"\n\n[tool.ruff]\nline-length = 100\n\n[tool.pytest.ini_options]\npythonpath = ["."]\n',
    'prices/__init__.py': 'def cents(euros: float) -> int:\n    return round(euros * 100)\n',
    'tests/test_prices.py': 'from prices import cents\n\n\ndef test_cents() -> None:\n    assert cents(2.5) == 250\n',
  },
};

const go: Scaffold = {
  name: 'go-module',
  generator: null,
  manager: null,
  files: {
    'README.md': '# prices\n\nPrices in cents.\n',
    'go.mod': 'module example.test/prices\n\ngo 1.22\n',
    'prices.go':
      '// Package prices has prices in cents.\npackage prices\n\n// Cents returns euros in cents.\nfunc Cents(euros float64) int {\n\treturn int(euros*100 + 0.5)\n}\n',
    'prices_test.go':
      'package prices\n\nimport "testing"\n\nfunc TestCents(t *testing.T) {\n\tif Cents(2.5) != 250 {\n\t\tt.Fatal("not 250")\n\t}\n}\n',
  },
};

export const written = {
  eslintReact,
  expressMocha,
  typedApi,
  libraryAva,
  npmWorkspaces: packagesOf('npm'),
  pnpmWorkspaces: packagesOf('pnpm'),
  yarnWorkspaces: packagesOf('yarn'),
  markdownOnly,
  empty,
  python,
  go,
} satisfies Record<string, Scaffold>;
