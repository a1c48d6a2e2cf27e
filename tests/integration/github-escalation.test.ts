/** What people on GitHub see of a failing agent, run by run: real runners, a real Git server, a GitHub that checks every request. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import { githubScene, type GitHubScene } from '../support/github-scene.ts';
import type { Issue } from '../support/github/state.ts';

const escalations = ({ github }: GitHubScene): Issue[] =>
  [...github.repository().issues].filter((issue) => issue.body?.startsWith('<!-- upkeep:v1:') === true);
const states = (scene: GitHubScene): string[] => escalations(scene).map((issue) => issue.state);

describe('an agent that fails on GitHub', () => {
  it('opens one issue at its second failure in a row, and the issue says what a person needs', async () => {
    await using scene = await githubScene();
    const red = await scene.say('the door is open');
    const first = await scene.runner();
    expect(first.code, first.stdout + first.stderr).toBe(1);
    expect(escalations(scene)).toEqual([]);
    const second = await scene.runner();
    expect(second.code).toBe(1);
    const [issue, ...more] = escalations(scene);
    expect(more).toEqual([]);
    expect(issue?.title).toBe('Upkeep: Backend fails on main');
    expect(issue?.body).toContain('<!-- upkeep:v1:backend:main:code -->');
    expect(issue?.body).toContain('the door is open');
    expect(issue?.body).toContain(red.slice(0, 7));
    expect(issue?.body).toContain(`npx agent run backend --base ${red} --no-fix --force`);
    expect(second.stdout).toMatch(/an issue is open for backend on main: .*\/issues\/1/);
  });

  it('keeps that one issue while other things fail, and writes a comment only when something changed', async () => {
    await using scene = await githubScene();
    await scene.say('one');
    await scene.runner();
    await scene.runner();
    const [issue] = escalations(scene);
    const comments = (): number => issue?.comments.length ?? -1;
    const before = comments();
    await scene.runner({ args: ['--force'] });
    expect(comments()).toBe(before);
    await scene.say('two');
    await scene.runner();
    expect(escalations(scene)).toHaveLength(1);
    expect(comments()).toBe(before + 1);
    expect(issue?.body).toContain('two');
  });

  it('closes it with the commit that healed it, and opens the same one again when it fails within 14 days', async () => {
    await using scene = await githubScene();
    await scene.say('one');
    await scene.runner();
    await scene.runner();
    const healed = await scene.say('');
    const green = await scene.runner();
    expect(green.code, green.stdout + green.stderr).toBe(0);
    expect(states(scene)).toEqual(['closed']);
    expect(escalations(scene)[0]?.comments.at(-1)?.body).toContain(healed.slice(0, 7));
    await scene.say('again');
    await scene.runner();
    expect(states(scene)).toEqual(['closed']);
    await scene.runner();
    expect(states(scene)).toEqual(['open']);
  });

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

  it('says in the run that it cannot speak, and runs all the same, without a token or without the right', async () => {
    await using scene = await githubScene({
      tokens: { 'workflow-token': {}, 'read-only': { permissions: { contents: 'write', metadata: 'read' } } },
    });
    await scene.say('one');
    await scene.runner();
    const refused = await scene.runner({ token: 'read-only' });
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/issues: write|issues=write/);
    expect(escalations(scene)).toEqual([]);
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

  it('ends as it would without GitHub when the key of the App cannot be one, with one note and all its files', async () => {
    await using scene = await githubScene();
    await using files = await temporaryFolder();
    await scene.say('one');
    const app = { UPKEEP_APP_ID: '1', UPKEEP_APP_PRIVATE_KEY: 'garbage', UPKEEP_APP_INSTALLATION_ID: '7' };
    const [out, summary] = [join(files.path, 'out'), join(files.path, 'summary')];
    const end = await scene.runner({ env: { ...app, GITHUB_OUTPUT: out, GITHUB_STEP_SUMMARY: summary } });
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(end.stdout.match(/the private key of the GitHub App cannot be read/g)).toHaveLength(1);
    expect(end.stdout).toContain('::error');
    expect((await readFile(out, 'utf8')).length).toBeGreaterThan(0);
    expect(await readFile(summary, 'utf8')).toContain('the private key of the GitHub App cannot be read');
  });
});
