/** Long journeys of a failing agent on GitHub, run by run; each step has a test of its own in tests/github. */
import { describe, expect, it } from 'vitest';
import { repositoryAt } from '../support/git-repository.ts';
import { githubScene, type GitHubScene } from '../support/github-scene.ts';
import type { Issue } from '../support/github/state.ts';

const escalations = ({ github }: GitHubScene): Issue[] =>
  [...github.repository().issues].filter((issue) => issue.body?.startsWith('<!-- upkeep:v1:') === true);
const states = (scene: GitHubScene): string[] => escalations(scene).map((issue) => issue.state);

describe('an agent that fails on GitHub', () => {
  it('opens one issue when six runners find out at the same time', async () => {
    await using scene = await githubScene();
    await scene.say('one');
    await scene.runner();
    const ends = await Promise.all(Array.from({ length: 6 }, () => scene.runner()));
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1]);
    await scene.runner({ args: ['--force'] });
    expect(states(scene).filter((state) => state === 'open')).toHaveLength(1);
    for (const issue of escalations(scene).filter(({ state }) => state === 'closed')) expect(issue.stateReason).toBe('not_planned');
  });

  it('says everything once when GitHub was down for three runs', async () => {
    await using scene = await githubScene();
    await scene.say('one');
    scene.github.down();
    for (let run = 0; run < 3; run += 1) {
      const end = await scene.runner({ args: ['--force'] });
      expect(end.code, end.stdout + end.stderr).toBe(1);
      expect(end.stdout + end.stderr).toMatch(/GitHub could not be reached/);
    }
    scene.github.up();
    expect(escalations(scene)).toEqual([]);
    await scene.runner();
    expect(states(scene)).toEqual(['open']);
    await scene.runner();
    expect(states(scene)).toEqual(['open']);
  });

  it('has an issue of its own for what cannot be carried out, beside the one for the code', async () => {
    const check = {
      agent: 'backend',
      run: ['node', '-e', "if (require('fs').readFileSync('smoke.txt', 'utf8') === 'hang') setInterval(() => {}, 1000)"],
      paths: ['smoke.txt'],
      findings: { format: 'exit-code' },
      timeoutSeconds: 1,
    };
    await using scene = await githubScene({ checks: { hangs: check } });
    await scene.say('one');
    await scene.runner();
    await scene.runner();
    await scene.say('hang');
    const end = await scene.runner();
    expect(end.code, end.stdout + end.stderr).toBe(3);
    const titles = escalations(scene).map(({ state, title }) => `${state}: ${title}`);
    expect(titles).toEqual(['open: Upkeep: Backend fails on main', 'open: Upkeep: Backend cannot be carried out on main']);
    const again = await scene.runner();
    expect([again.code, escalations(scene).length]).toEqual([3, 2]);
  });

  it('is not closed by an older success that arrives late', async () => {
    await using scene = await githubScene();
    const green = await scene.github.repository().head();
    await scene.say('one');
    await scene.runner();
    await scene.runner();
    await scene.runner({ at: green, args: ['--force'] });
    expect(states(scene)).toEqual(['open']);
  });

  it('is closed by a green run when the ledger was lost in between', async () => {
    await using scene = await githubScene();
    await scene.say('one');
    await scene.runner();
    await scene.runner();
    await repositoryAt(scene.github.repository().path).git('update-ref', '-d', 'refs/upkeep/ledger');
    await scene.say('');
    const before = scene.github.log.length;
    const end = await scene.runner();
    expect(end.stdout).toMatch(/the issue for backend on main is closed/);
    expect(states(scene)).toEqual(['closed']);
    const lists = scene.github.lines.slice(before).filter((line) => line.startsWith('GET /repos/acme/site/issues '));
    expect(lists).toHaveLength(2);
  });
});
