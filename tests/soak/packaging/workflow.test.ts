/** From the packed package to a green workflow: installed, set up by `agent init`, and run with real npm and npx. Needs the npm registry. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packInto } from '../../../scripts/bench/install-packed.ts';
import { mustRun } from '../../../scripts/bench/measure.ts';
import { repositoryAt, temporaryFolder } from '../../support/git-repository.ts';
import { TOKEN } from '../../support/github/start-github.ts';
import type { WorkflowResult } from '../../support/workflow/run-workflow.ts';
import { workflowScene } from '../../support/workflow-scene.ts';

const logOf = (run: WorkflowResult, job: string): string => run[job]?.steps.map(({ log }) => log).join('') ?? '';

it('a tarball that is committed is all that the workflow needs besides its dependencies', async () => {
  await using scene = await workflowScene({ isRealNpm: true });
  await using folder = await temporaryFolder();
  const repository = scene.github.repository();
  const header = scene.github.server.header(TOKEN);
  await repositoryAt(folder.path).git('-c', `http.extraHeader=${header}`, 'clone', '-q', repository.remote, 'work');
  const work = repositoryAt(join(folder.path, 'work'));
  await work.git('rm', '-q', '-r', '.github', 'package-lock.json');
  copyFileSync(await packInto(join(folder.path, 'packed')), join(work.path, 'upkeep.tgz'));
  await work.write('package.json', '{ "name": "site", "version": "1.0.0", "private": true }\n');
  mustRun(['npm', 'install', '--save-dev', '--no-audit', '--no-fund', '--loglevel=error', './upkeep.tgz'], { cwd: work.path });
  await work.git('remote', 'set-url', 'origin', 'https://github.com/acme/site.git');
  mustRun(['npx', '--no', '--', 'agent', 'init', '--yes'], { cwd: work.path });
  const workflow = await work.read('.github/workflows/agents.yml');
  expect(workflow).toContain('run: npx --no -- agent run --ci');
  await work.commit('chore: set up upkeep');
  await work.git('-c', `http.extraHeader=${header}`, 'push', '-q', repository.remote, 'HEAD:main');

  const first = await scene.job({ event: 'schedule', workflow });
  expect(first['agents']?.result, logOf(first, 'agents')).toBe('success');
  expect(logOf(first, 'agents')).toContain('✔ backend');
  const second = await scene.job({ event: 'schedule', workflow });
  expect([second['gate']?.result, second['agents']?.result], logOf(second, 'gate')).toEqual(['success', 'skipped']);
  expect(logOf(second, 'gate')).toMatch(/^nothing due on main/);
  await scene.say('the door is open');
  const red = await scene.job({ event: 'workflow_dispatch', workflow, payload: { inputs: { agents: 'backend', force: 'true' } } });
  expect(red['agents']?.result).toBe('failure');
  expect(logOf(red, 'agents')).toContain('the door is open');
});
