/** Faults in servers: Nest as its generator ships it, and Express with Mocha. */
import { append, FIXED, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';
import { json } from '../scaffold.ts';
import { tokenShapes } from '../../../support/token-shapes.ts';

/** A made-up token, put together when the tests run. */
const token = (issuer: string): string => tokenShapes().find(([name]) => name === issuer)?.[1] ?? '';

const COMPOSE = 'services:\n  db:\n    image: postgres:17.2\n    restart: always\n';

export const nestApp: Seeding = {
  scaffold: 'nest-app',
  faults: [
    {
      what: 'an export that nothing uses any more, where knip is set up',
      change: {
        'knip.json': '{ "entry": ["src/main.ts"], "project": ["src/**/*.ts"] }\n',
        'src/app.service.ts': append("\nexport const OLD_GREETING = 'Hi';\n"),
      },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'exports',
      path: 'src/app.service.ts',
      at: 'OLD_GREETING',
    },
    {
      what: 'two services that import each other',
      change: {
        'src/users.service.ts': "import { Mails } from './mails.service.js';\n\nexport class Users {\n  mails = () => new Mails();\n}\n",
        'src/mails.service.ts': "import { Users } from './users.service.js';\n\nexport class Mails {\n  users = () => new Users();\n}\n",
        'src/main.ts': replace('import { AppModule }', "import './users.service.js';\nimport { AppModule }"),
      },
      agent: 'architecture',
      check: 'import-cycles',
      rule: 'import-cycle',
      path: 'src/mails.service.ts',
      at: 'users.service.js',
    },
    {
      what: 'a promise that nobody waits for',
      change: { 'src/main.ts': replace('await bootstrap();', 'bootstrap();') },
      agent: 'backend',
      check: 'oxlint',
      rule: 'typescript/no-floating-promises',
      path: 'src/main.ts',
      at: 'bootstrap();',
    },
    {
      what: 'a method that does not exist',
      change: { 'src/app.controller.ts': replace('this.appService.getHello()', 'this.appService.getHallo()') },
      agent: 'backend',
      check: 'type-check',
      rule: 'TS2551',
      path: 'src/app.controller.ts',
      at: 'getHallo',
    },
    {
      what: 'a service that is not formatted',
      change: { 'src/health.service.ts': 'export class Health { ok( ) { return "ok" } }\n' },
      agent: 'backend',
      check: 'prettier',
      rule: 'format',
      path: 'src/health.service.ts',
      at: FIXED,
    },
    {
      what: 'a test that expects what was so before',
      change: {
        'src/app.service.spec.ts':
          "import { AppService } from './app.service.js';\n\nit('greets', () => {\n  expect(new AppService().getHello()).toBe('Hello!');\n});\n",
      },
      agent: 'qa',
      check: 'tests',
      rule: 'test-failed',
      path: 'src/app.service.spec.ts',
      at: "it('greets'",
    },
    {
      what: 'a suite that is alone',
      change: { 'src/main.spec.ts': "describe.only('main', () => {\n  it('starts', () => {\n    expect(1).toBe(1);\n  });\n});\n" },
      agent: 'qa',
      check: 'focused-tests',
      rule: 'focused-test',
      path: 'src/main.spec.ts',
      at: 'describe.only',
    },
    {
      what: 'a token in a file of settings',
      change: { 'src/github.ts': `export const token = '${token('GitHub, classic')}';\n` },
      agent: 'devops',
      check: 'secrets',
      rule: 'github-token',
      path: 'src/github.ts',
      at: 'token',
    },
    {
      what: 'a private key in the tree',
      change: {
        'deploy/id': `-----BEGIN ${'RSA'} PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA'.repeat(20)}\n-----END ${'RSA'} PRIVATE KEY-----\n`,
      },
      agent: 'devops',
      check: 'secrets',
      rule: 'privatekey',
      path: 'deploy/id',
      at: 'BEGIN',
    },
  ],
};

export const expressMocha: Seeding = {
  scaffold: 'express-mocha',
  faults: [
    {
      what: 'let for what never changes',
      change: {
        'lib/tax.js': 'let tax = 0.19;\n\nmodule.exports = { tax };\n',
        'lib/app.js': replace("require('express');", "require('express');\nrequire('./tax');"),
      },
      agent: 'backend',
      check: 'eslint',
      rule: 'prefer-const',
      path: 'lib/tax.js',
      at: FIXED,
    },
    {
      what: 'a variable that is not there',
      change: { 'lib/routes/orders.js': replace('id: request.params.id', 'id: req.params.id') },
      agent: 'backend',
      check: 'eslint',
      rule: 'no-undef',
      path: 'lib/routes/orders.js',
      at: 'req.params.id',
    },
    {
      what: 'an import that the layers of the repository forbid',
      change: {
        '.dependency-cruiser.json': json({
          forbidden: [{ name: 'tax-knows-no-routes', severity: 'error', from: { path: '^lib/tax' }, to: { path: '^lib/routes' } }],
        }),
        'lib/tax.js': append("require('./routes/orders');\n"),
      },
      agent: 'architecture',
      check: 'layer-rules',
      rule: 'tax-knows-no-routes',
      path: 'lib/tax.js',
      at: './routes/orders',
    },
    {
      what: 'a package that is required and not asked for',
      change: { 'lib/tax.js': append("require('debug')('orders')('tax');\n") },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'unlisted',
      path: 'lib/tax.js',
      at: "require('debug')",
    },
    {
      what: 'a test that fails',
      change: { 'test/orders.js': replace("{ id: '7' }", "{ id: '8' }") },
      agent: 'qa',
      check: 'tests',
      rule: 'test-failed',
      path: 'test/orders.js',
      at: 'deepStrictEqual',
    },
    {
      what: 'a suite that is always skipped',
      change: {
        'test/tax.js': "describe.skip('tax', function () {\n  it('is 19 %', function () {\n    throw new Error('no');\n  });\n});\n",
      },
      agent: 'qa',
      check: 'idle-tests',
      rule: 'skipped-suite',
      path: 'test/tax.js',
      at: 'describe.skip',
    },
    {
      what: 'a key of compose that is misspelt',
      change: { 'compose.yaml': `${COMPOSE}    enviroment:\n      A: b\n` },
      agent: 'devops',
      check: 'compose',
      rule: 'compose-schema',
      path: 'compose.yaml',
      at: 'enviroment',
    },
    {
      what: 'a service that waits for one that is not there',
      change: { 'ops/compose.yaml': `${COMPOSE}    depends_on: [cache]\n` },
      agent: 'devops',
      check: 'compose',
      rule: 'unknown-service',
      path: 'ops/compose.yaml',
      at: 'depends_on',
    },
    {
      what: 'a YAML file with a tab',
      change: { 'config/app.yml': 'server:\n\tport: 80\n' },
      agent: 'devops',
      check: 'yaml-syntax',
      rule: 'yaml-syntax',
      path: 'config/app.yml',
      at: 'port',
    },
    {
      what: 'a shell script that is not closed',
      change: { 'deploy/run.sh': '#!/usr/bin/env bash\nif [ -n "$1" ]; then\n  echo "$1"\n' },
      agent: 'devops',
      check: 'shell-syntax',
      rule: 'shell-syntax',
      path: 'deploy/run.sh',
      at: null,
    },
    {
      what: 'a merge that was not finished',
      change: { 'lib/conflict.js': '<<<<<<< HEAD\nmodule.exports = 1;\n=======\nmodule.exports = 2;\n>>>>>>> other\n' },
      agent: 'backend',
      check: 'eslint',
      rule: 'parse-error',
      path: 'lib/conflict.js',
      at: '<<<<<<<',
    },
  ],
};
