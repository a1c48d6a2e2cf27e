/** What people on GitHub see of a failing agent, run by run: real runners, a real Git server, a GitHub that checks every request. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';
import { githubScene, type GitHubScene } from '../support/github-scene.ts';
import type { Issue } from '../support/github/state.ts';

const escalations = ({ github }: GitHubScene): Issue[] =>
  [...github.repository().issues].filter((issue) => issue.body?.startsWith('<!-- upkeep:v1:') === true);
const states = (scene: GitHubScene): string[] => escalations(scene).map((issue) => issue.state);

// More of these journeys: tests/soak/github-escalation.test.ts.
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
