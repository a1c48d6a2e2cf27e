import type { Survey } from './survey.ts';

/** Actions by commit: a tag can be moved, a commit cannot. */
const CHECKOUT = 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0';
const SETUP_NODE = 'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0';

/** A minimal workflow that runs the agents with the version that the lockfile names. */
export function workflowText(
  found: Pick<Survey, 'packageManager' | 'hasManifest' | 'isYarnClassic' | 'defaultBranch'>,
  version: string,
): string {
  const steps = [`      - run: ${stepsOf(found, version).join('\n      - run: ')}`];
  return `name: agents
on:
  push:
    branches: [${yamlText(found.defaultBranch)}]
  schedule:
    - cron: '*/5 * * * *'
  workflow_dispatch:

permissions: {}

concurrency:
  group: agents-\${{ github.ref }}
  cancel-in-progress: false

jobs:
  agents:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: write
    steps:
      - uses: ${CHECKOUT}
        with:
          # The agents push what they repaired, and the ledger, with this token.
          persist-credentials: true
      - uses: ${SETUP_NODE}
        with:
          node-version: 24
${steps.join('\n')}
`;
}

function stepsOf(
  { packageManager, hasManifest, isYarnClassic }: Pick<Survey, 'packageManager' | 'hasManifest' | 'isYarnClassic'>,
  version: string,
): string[] {
  if (!hasManifest || packageManager === null) return [`npx --yes -p upkeep@${version} agent run --ci`];
  switch (packageManager) {
    case 'pnpm':
      return ['corepack enable', 'pnpm install --frozen-lockfile', 'pnpm exec agent run --ci'];
    case 'yarn':
      return ['corepack enable', isYarnClassic ? 'yarn install --frozen-lockfile' : 'yarn install --immutable', 'yarn run agent run --ci'];
    case 'bun':
      return ['npm install --global bun', 'bun install --frozen-lockfile', 'npx agent run --ci'];
    case 'npm':
      return ['npm ci', 'npx agent run --ci'];
  }
}

function yamlText(text: string): string {
  return /^[\w./-]+$/.test(text) && !/^(true|false|null|yes|no|on|off|[\d.]+)$/i.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
