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
  return `# Written by \`agent init\`. It is yours: change what you like, and delete .github/upkeep with it.
name: agents

on:
  push:
    branches: [${yamlText(filterPattern(found.defaultBranch))}]
  pull_request:
  schedule:
    # GitHub starts it late or not at all; what is due is worked out from what was done.
    # A private repository pays by the started minute, 8,640 a month for this: '0 * * * *' is 720.
    - cron: '*/5 * * * *'
    # The nightly part, such as E2E, has its slot at 2:00 UTC, however slow you make the line above.
    - cron: '7 2 * * *'
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

# Nothing that somebody did waits behind another run, so none of it is dropped. Of scheduled runs one at a time is enough:
# each works out anew what is due. A pull request is looked at as it is now.
concurrency:
  group: agents-\${{ github.event_name == 'schedule' && 'schedule' || github.event_name == 'pull_request' && github.ref || github.run_id }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  # Installs nothing: one file of this repository says whether anything is due.
  gate:
    if: github.event_name != 'pull_request' && github.event_name != 'issue_comment'
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read
    outputs:
      due: \${{ steps.gate.outputs.due }}
      agents: \${{ steps.gate.outputs.agents }}
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
          sparse-checkout: .github/upkeep
      - id: gate
        run: node ${GATE_FILE}
${TOKEN}

  agents:
    needs: gate
    # A gate that could not answer lets them run.
    if: \${{ !cancelled() && needs.gate.result != 'skipped' && needs.gate.outputs.due != 'false' }}
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      contents: write # what was repaired, and the ledger
      checks: write # results beside the commit
      issues: write # an issue for what keeps failing
      pull-requests: write # where pushing is not allowed
      # actions: write # starts checks that the branch requires of these commits
    outputs:
      outcome: \${{ steps.agents.outputs.outcome }}
      commits: \${{ steps.agents.outputs.commits }}
      head: \${{ steps.agents.outputs.head }}
      pull-requests: \${{ steps.agents.outputs.pull-requests }}
${stepsOf(found, { version, command: 'run --ci' })}

  # Reads only: findings, and repairs as a patch on its page. A fork's code gets no secret here.
  pull-request:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      contents: read
${stepsOf(found, { version, command: 'run --ci' })}

  # "/agent retry qa" and the like, by people who may write.
  comment:
    if: github.event_name == 'issue_comment' && startsWith(github.event.comment.body, '/agent')
    runs-on: ubuntu-latest
    timeout-minutes: 90
    permissions:
      contents: write # the ledger, and what a retried agent repairs
      checks: write # results of a retried agent beside the commit
      issues: write
      pull-requests: write
${stepsOf(found, { version, command: 'comment' })}
`;
}

const TOKEN = `        env:
          GITHUB_TOKEN: \${{ github.token }}`;

function stepsOf(found: Found, { version, command }: { version: string; command: string }): string {
  const install = installation(found).map((line) => `      - run: ${line}\n`);
  return `    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
          # Enough to see what a push brought.
          fetch-depth: 50
      - uses: ${SETUP_NODE}
        with:
          node-version: 24
${install.join('')}      - id: agents
        run: ${call(found, version, command)}
${TOKEN}`;
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
  // Never a package of that name from the registry.
  return `npx --no -- agent ${command}`;
}

/** A pattern of GitHub that this branch alone matches. */
function filterPattern(branch: string): string {
  return branch.replace(/[\\+?*[\]!]/g, '\\$&');
}

function yamlText(text: string): string {
  return /^[\w./-]+$/.test(text) && !/^(true|false|null|yes|no|on|off|[\d.]+)$/i.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
