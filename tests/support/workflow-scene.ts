/** The workflow that `agent init` writes, run event by event on a repository of the GitHub double, with the program of this checkout. */
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { gateText } from '../../cli/init/gate-text.ts';
import { GATE_FILE, workflowText } from '../../cli/init/workflow-text.ts';
import { repositoryAt, temporaryFolder } from './git-repository.ts';
import { githubScene, type GitHubScene } from './github-scene.ts';
import type { FakeGitHubOptions } from './github/start-github.ts';
import { runWorkflow, type WorkflowResult } from './workflow/run-workflow.ts';
import type { ActionStandIn } from './workflow/run-steps.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const WORKFLOW = '.github/workflows/agents.yml';

export const SHIPPED_WORKFLOW = workflowText(
  { packageManager: 'npm', hasManifest: true, isYarnClassic: false, defaultBranch: 'main' },
  '1.0.0',
);

export interface Job {
  readonly event: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** What is checked out; default the end of main. */
  readonly sha?: string;
  readonly ref?: string;
  /** The token of a fork's event may read and nothing else, whatever a job asks for. */
  readonly isFork?: boolean;
  /** Text of the workflow; default the one that is shipped. */
  readonly workflow?: string;
}

export interface WorkflowScene extends GitHubScene {
  job(job: Job): Promise<WorkflowResult>;
}

/** The repository holds what `agent init` wrote and lists upkeep in its lockfile. */
export async function workflowScene(
  options: FakeGitHubOptions & { files?: Readonly<Record<string, string>>; isRealNpm?: boolean } = {},
): Promise<WorkflowScene> {
  const { isRealNpm = false } = options;
  const scene = await githubScene({
    ...options,
    files: {
      'package.json': JSON.stringify({ name: 'site', private: true, devDependencies: { upkeep: '1.0.0' } }),
      'package-lock.json': JSON.stringify({ name: 'site', lockfileVersion: 3, packages: {} }),
      '.gitignore': 'node_modules\n',
      [WORKFLOW]: SHIPPED_WORKFLOW,
      [GATE_FILE]: await gateText(),
      ...options.files,
    },
  });
  const { github } = scene;
  const repository = github.repository();
  const { path: tools } = await temporaryFolder();
  for (const [name, text] of [
    ['npm', NPM],
    ['npx', NPX],
  ] as const) {
    await writeFile(join(tools, name), text);
    await chmod(join(tools, name), 0o755);
  }
  let jobs = 0;
  return {
    ...scene,
    job: async ({ event, payload = {}, sha: asked, ref = 'refs/heads/main', isFork = false, workflow }) => {
      const fullName = `${repository.owner}/${repository.name}`;
      const sha = asked ?? (await repository.head());
      jobs += 1;
      const runId = String(5000 + jobs);
      return runWorkflow({
        workflow: workflow ?? SHIPPED_WORKFLOW,
        event,
        payload: { repository: { full_name: fullName, default_branch: 'main' }, ...payload },
        github: {
          actor: 'ada',
          api_url: github.url,
          ref,
          ref_name: ref.replace(/^refs\/(?:heads|tags)\//, ''),
          ref_type: 'branch',
          repository: fullName,
          run_attempt: '1',
          run_id: runId,
          server_url: github.server.origin,
          sha,
        },
        tokenFor: (rights) => {
          const permissions = Object.fromEntries(
            Object.entries(rights).map(([name, right]) => [name.replaceAll('-', '_'), isFork ? 'read' : (right as 'read' | 'write')]),
          );
          const token = `job-token-${runId}-${Object.keys(permissions).join('-')}`;
          github.addToken(token, { permissions: { metadata: 'read', ...permissions } });
          return token;
        },
        actions: { 'actions/checkout': checkoutOf(repository.remote), 'actions/setup-node': setupNode(tools, isRealNpm) },
        env: isRealNpm ? npmOfThisMachine() : { UPKEEP_PROJECT: PROJECT },
      });
    },
  };
}

/** actions/checkout: the commit of the event, shallow, and nothing of the token left behind. */
function checkoutOf(remote: string): ActionStandIn {
  return async (inputs, { workspace, env, uses }) => {
    expect(uses).toMatch(/@[0-9a-f]{40}$/);
    expect(inputs['persist-credentials']).toBe('false');
    const clone = repositoryAt(workspace);
    await clone.git('init', '-q', '-b', 'main');
    await clone.git('remote', 'add', 'origin', remote);
    if (inputs['sparse-checkout'] !== undefined) await clone.git('sparse-checkout', 'set', inputs['sparse-checkout']);
    const ref = env['GITHUB_REF'] ?? '';
    await clone.git('fetch', '-q', `--depth=${inputs['fetch-depth'] ?? '1'}`, 'origin', env['GITHUB_SHA'] ?? '');
    const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
    await clone.git('checkout', '-q', ...(branch === undefined ? ['--detach'] : ['-B', branch]), 'FETCH_HEAD');
    return {};
  };
}

/** actions/setup-node: the Node that the tests run on, and an npm that installs this checkout. */
function setupNode(tools: string, isRealNpm: boolean): ActionStandIn {
  return async (inputs, { uses }) => {
    expect(uses).toMatch(/@[0-9a-f]{40}$/);
    expect(inputs['node-version']).toBe('24');
    const bin = join(tools, 'node-24');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, 'node')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return { paths: [...(isRealNpm ? [] : [tools]), bin, dirname(process.execPath)] };
  };
}

/** A job has a home of its own; where packages come from and are kept is a matter of the machine. */
function npmOfThisMachine(): Record<string, string> {
  return { npm_config_userconfig: join(homedir(), '.npmrc'), npm_config_cache: join(homedir(), '.npm') };
}

/** `npm ci` puts the program of this checkout where an installation would put it, and makes of the action's own folder what its sources would become. */
const NPM = `#!/bin/sh
case "$*" in
  ci)
    mkdir -p node_modules/.bin
    ln -s "$UPKEEP_PROJECT" node_modules/upkeep
    ln -s ../upkeep/bin/agent.js node_modules/.bin/agent;;
  "ci --prefix $GITHUB_ACTION_PATH")
    [ "$HUSKY" = 0 ] || { echo 'hooks would be set' >&2; exit 64; }
    ln -s "$UPKEEP_PROJECT/dist" "$GITHUB_ACTION_PATH/dist";;
  *) echo "npm $*: this was not expected" >&2; exit 64;;
esac
`;

/** What is installed is run; a published version is the program of this checkout. */
const NPX = `#!/bin/sh
case "$*" in
  '--no -- agent '*) shift 2; exec "node_modules/.bin/$@";;
  '--yes -p upkeep@1.2.3 agent '*) shift 4; exec node "$UPKEEP_PROJECT/bin/agent.js" "$@";;
  *) echo "npx $*: this was not expected" >&2; exit 64;;
esac
`;
