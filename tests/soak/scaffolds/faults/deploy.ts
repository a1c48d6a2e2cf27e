/** Faults in a server of Fastify, as its generator ships it, and in the workflows and images that bring it to people. */
import { append, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';

const workflow = (lines: string, on = 'push'): string =>
  `name: it\non: ${on}\npermissions:\n  contents: read\njobs:\n  it:\n    runs-on: ubuntu-latest\n    timeout-minutes: 5\n${lines}`;
const PINNED = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683';

export const fastifyApp: Seeding = {
  scaffold: 'fastify-app',
  // knip reads workflows, and one of them is broken.
  errored: ['architecture unused-code configuration'],
  faults: [
    {
      what: 'the title of an issue in a script of a workflow',
      change: { '.github/workflows/title.yml': workflow('    steps:\n      - run: echo "${{ github.event.issue.title }}"\n', 'issues') },
      agent: 'devops',
      check: 'workflows',
      rule: 'untrusted-expression',
      path: '.github/workflows/title.yml',
      at: 'issue.title',
    },
    {
      what: 'a job that needs one that is not there',
      change: { '.github/workflows/needs.yml': workflow('    needs: biuld\n    steps:\n      - run: echo\n') },
      agent: 'devops',
      check: 'workflows',
      rule: 'job-needs',
      path: '.github/workflows/needs.yml',
      at: 'it:',
    },
    {
      what: 'a cron with 70 minutes',
      change: { '.github/workflows/cron.yml': workflow('    steps:\n      - run: echo\n', "\n  schedule:\n    - cron: '70 0 * * *'") },
      agent: 'devops',
      check: 'workflows',
      rule: 'events',
      path: '.github/workflows/cron.yml',
      at: 'cron:',
    },
    {
      what: 'an action of somebody else by its branch',
      change: { '.github/workflows/pin.yml': workflow('    steps:\n      - uses: someone/deploy@main\n') },
      agent: 'devops',
      check: 'workflows',
      rule: 'unpinned-action',
      path: '.github/workflows/pin.yml',
      at: 'someone/deploy',
    },
    {
      what: 'the code of a stranger checked out with the rights of the repository',
      change: {
        '.github/workflows/target.yml': workflow(
          `    steps:\n      - uses: ${PINNED}\n        with:\n          ref: \${{ github.event.pull_request.head.sha }}\n          persist-credentials: false\n      - run: npm ci\n`,
          'pull_request_target',
        ),
      },
      agent: 'devops',
      check: 'workflows',
      rule: 'untrusted-checkout',
      path: '.github/workflows/target.yml',
      at: 'head.sha',
    },
    {
      what: 'a workflow that is no YAML',
      change: { '.github/workflows/broken.yml': 'name: it\non: push\njobs:\n  it:\n   runs-on: ubuntu-latest\n    steps: []\n' },
      agent: 'devops',
      check: 'workflows',
      rule: 'yaml-syntax',
      path: '.github/workflows/broken.yml',
      at: 'runs-on',
    },
    {
      what: 'a script of a workflow with an unknown context',
      change: { '.github/workflows/context.yml': workflow('    steps:\n      - run: echo "${{ matrix.node }}"\n') },
      agent: 'devops',
      check: 'workflows',
      rule: 'expression',
      path: '.github/workflows/context.yml',
      at: 'matrix.node',
    },
    {
      what: 'an image that is the latest one',
      change: { Dockerfile: 'FROM node:latest\nUSER node\nCMD ["node", "dist/app.js"]\n' },
      agent: 'devops',
      check: 'dockerfiles',
      rule: 'unpinned-image',
      path: 'Dockerfile',
      at: 'node:latest',
    },
    {
      what: 'a copy from a stage that is not there',
      change: { 'stage.Dockerfile': 'FROM node:24.1.0 AS build\nUSER node\nFROM node:24.1.0\nUSER node\nCOPY --from=biuld /app /app\n' },
      agent: 'devops',
      check: 'dockerfiles',
      rule: 'unknown-stage',
      path: 'stage.Dockerfile',
      at: '--from=biuld',
    },
    {
      what: 'a password in a layer',
      change: { 'secret.Dockerfile': 'FROM node:24.1.0\nENV DB_PASSWORD=Kx83hfQp02lm\nUSER node\n' },
      agent: 'devops',
      check: 'dockerfiles',
      rule: 'secret-in-layer',
      path: 'secret.Dockerfile',
      at: 'DB_PASSWORD',
    },
    {
      what: 'a misspelt instruction',
      change: { 'typo.Dockerfile': 'FROM node:24.1.0\nRUNN npm ci\nUSER node\n' },
      agent: 'devops',
      check: 'dockerfiles',
      rule: 'unknown-instruction',
      path: 'typo.Dockerfile',
      at: 'RUNN',
    },
    {
      what: 'a heading in another level of a link that is missing',
      change: { 'README.md': append('\nSee [the routes](src/routes/README.md#the-routes).\n') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-anchor',
      path: 'README.md',
      at: '#the-routes',
    },
    {
      what: 'a route that returns what its type forbids',
      change: { 'src/routes/root.ts': replace('export default root', "export const port: number = '80'\nexport default root") },
      agent: 'backend',
      check: 'type-check',
      rule: 'TS2322',
      path: 'src/routes/root.ts',
      at: "= '80'",
    },
    {
      what: 'a rejected promise that is thrown away by a finally',
      change: {
        'src/plugins/close.ts': 'export function close() {\n  try {\n    throw new Error()\n  } finally {\n    return 1\n  }\n}\n',
      },
      agent: 'backend',
      check: 'code-rules',
      rule: 'no-unsafe-finally',
      path: 'src/plugins/close.ts',
      at: 'return 1',
    },
  ],
};
