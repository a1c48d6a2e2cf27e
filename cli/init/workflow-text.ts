/** The workflow that `agent init` writes. */
import type { Survey } from './survey.ts';

/** Actions by commit: a tag can be moved, a commit cannot. */
const CHECKOUT = 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0';
const SETUP_NODE = 'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0';

/** Where the gate is kept in the repository. */
export const GATE_FILE = '.github/upkeep/gate.mjs';

type Found = Pick<Survey, 'packageManager' | 'hasManifest' | 'isYarnClassic' | 'defaultBranch'>;

/** A gate of a few seconds that installs nothing, then one job that runs the agents with the version that the lockfile names. */
export function workflowText(found: Found, version: string): string {
  const token = `        env:
          GITHUB_TOKEN: \${{ github.token }}`;
  const job = (command: string): string => `    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
      - uses: ${SETUP_NODE}
        with:
          node-version: 24
${[...installation(found), call(found, version, command)].map((line) => `      - run: ${line}`).join('\n')}
${token}`;
  return `name: agents

on:
  push:
    branches: [${yamlText(found.defaultBranch)}]
  pull_request:
  # Private repositories pay by the minute: see "What it costs" in Upkeep's guide before you leave this at 5.
  schedule:
    - cron: '*/5 * * * *'
  workflow_dispatch:
    inputs:
      agents:
        description: Agents to run, separated by spaces; empty for all
        type: string
        default: ''
      force:
        description: Run them whatever they remember
        type: boolean
        default: false
  repository_dispatch:
    types: [upkeep]
  issue_comment:
    types: [created]

permissions: {}

# No push waits, so none is dropped. One scheduled run at a time is enough: each works out anew what is due.
concurrency:
  group: agents-\${{ github.event_name == 'schedule' && 'schedule' || github.run_id }}
  cancel-in-progress: false

jobs:
  # Installs nothing: one file of this repository says whether anything is due.
  gate:
    if: github.event_name != 'issue_comment'
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read
    outputs:
      due: \${{ steps.gate.outputs.due }}
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
          sparse-checkout: .github/upkeep
      - id: gate
        run: node ${GATE_FILE}
${token}

  agents:
    needs: gate
    if: needs.gate.outputs.due == 'true' && github.event_name != 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      checks: write
      contents: write
      issues: write
      pull-requests: write
${job('run --ci')}

  # Reads only: findings and a patch, never a push.
  pull-request:
    needs: gate
    if: needs.gate.outputs.due == 'true' && github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      contents: read
${job('run --ci')}

  # "/agent retry qa" and the like, by people who may write.
  comment:
    if: github.event_name == 'issue_comment' && startsWith(github.event.comment.body, '/agent')
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      contents: write
      issues: write
      pull-requests: write
${job('comment')}
`;
}

/** Lines that install what the lockfile names; none where there is no package.json. */
function installation({ packageManager, hasManifest, isYarnClassic }: Found): string[] {
  if (!hasManifest) return [];
  switch (packageManager) {
    case 'pnpm':
      return ['corepack enable', 'pnpm install --frozen-lockfile'];
    case 'yarn':
      return ['corepack enable', isYarnClassic ? 'yarn install --frozen-lockfile' : 'yarn install --immutable'];
    case 'bun':
      return ['npm install --global bun', 'bun install --frozen-lockfile'];
    case 'npm':
      return ['npm ci'];
    case null:
      return [];
  }
}

function call({ packageManager, hasManifest }: Found, version: string, command: string): string {
  if (!hasManifest || packageManager === null) return `npx --yes -p upkeep@${version} agent ${command}`;
  if (packageManager === 'pnpm') return `pnpm exec agent ${command}`;
  if (packageManager === 'yarn') return `yarn run agent ${command}`;
  return `npx agent ${command}`;
}

function yamlText(text: string): string {
  return /^[\w./-]+$/.test(text) && !/^(true|false|null|yes|no|on|off|[\d.]+)$/i.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
