import { describe, expect, it } from 'vitest';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

interface Listed {
  agents: { agent: string; enabled: boolean; schedule: string; checks: { check: string; applies: boolean; why: string }[] }[];
}

interface Examined {
  diagnoses: { subject: string; verdict: string; text: string; advice: string | null }[];
}

describe('agent list', () => {
  it('shows agents and checks as resolved here, and why a check does not apply', async () => {
    await using repository = await repositoryWith({
      'README.md': '# A\n',
      'agent.config.json':
        '{"agents": {"docs": {"schedule": "0 * * * *"}, "qa": {"enabled": false}}, "checks": {"links": false}, "customChecks": {"own-words": {"agent": "docs", "run": ["spell"]}}}',
    });
    const { stdout, exitCode } = await runCli(repository.path, ['list', '--json']);
    expect(exitCode).toBe(0);
    const { agents } = JSON.parse(stdout) as Listed;
    expect(agents.map(({ agent }) => agent)).toEqual(['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs']);
    expect(agents.find(({ agent }) => agent === 'qa')?.enabled).toBe(false);
    const docs = agents.find(({ agent }) => agent === 'docs');
    expect(docs?.schedule).toBe('0 * * * *');
    expect(docs?.checks.find(({ check }) => check === 'links')).toMatchObject({ applies: false, why: 'the configuration turns it off' });
    expect(docs?.checks.find(({ check }) => check === 'own-words')?.applies).toBe(true);
    for (const { checks } of agents) for (const check of checks) expect(check.why, check.check).not.toBe('');
    expect((await runCli(repository.path, ['list', 'docs'])).stdout).toMatch(
      /^docs .*\n(.*\n)*? {2}- links +the configuration turns it off\n/,
    );
  });
});

describe('agent config', () => {
  it('prints, explains and validates what is committed, or what is on disk when asked', async () => {
    await using repository = await repositoryWith({ 'agent.config.json': '{\n  "limits": { "runMinutes": 7 }\n}\n' });
    await repository.write('agent.config.json', '{"limts": {}}');
    const printed = await runCli(repository.path, ['config', 'print'], { UPKEEP_CONCURRENCY: '3' });
    expect(JSON.parse(printed.stdout)).toMatchObject({ limits: { runMinutes: 7, concurrency: 3 } });
    const explained = (await runCli(repository.path, ['config', 'print', '--explain'], { UPKEEP_CONCURRENCY: '3' })).stdout;
    expect(explained).toMatch(/^limits\.runMinutes +7 +agent\.config\.json:2:29$/m);
    expect(explained).toMatch(/^limits\.concurrency +3 +UPKEEP_CONCURRENCY$/m);
    expect(explained).toMatch(/^strict +false +default$/m);
    expect(await runCli(repository.path, ['config', 'validate'])).toMatchObject({ exitCode: 0 });
    const wrong = await runCli(repository.path, ['config', 'validate', '--working-tree']);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('agent.config.json:1:2: unknown key "limts" – did you mean "limits"?');
    expect(JSON.parse((await runCli(repository.path, ['config', 'schema'])).stdout)).toMatchObject({ title: 'Upkeep' });
  });
});

describe('agent why', () => {
  it('explains an agent that never ran, and wants a name that exists', async () => {
    await using repository = await repositoryWith({ 'README.md': '# A\n' });
    const { stdout, exitCode } = await runCli(repository.path, ['why', 'docs']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('it never ran on this branch');
    expect(await runCli(repository.path, ['why', 'dosc'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean "docs"') as string,
    });
  });
});

describe('agent doctor', () => {
  async function examine(
    path: string,
    ...args: string[]
  ): Promise<{ exitCode: number | null; of: (subject: string) => Examined['diagnoses'] }> {
    const { stdout, exitCode } = await runCli(path, ['doctor', '--json', ...args]);
    const { diagnoses } = JSON.parse(stdout) as Examined;
    return { exitCode, of: (subject) => diagnoses.filter((diagnosis) => diagnosis.subject === subject) };
  }
  it('finds nothing to complain about in a plain clone that may push', async () => {
    await using origin = await repositoryWith({ 'README.md': '# A\n' });
    await using clone = await origin.clone();
    const { exitCode, of } = await examine(clone.path);
    expect(exitCode).toBe(0);
    expect(of('remote')[0]).toMatchObject({ verdict: 'good' });
    expect(of('rights')[0]).toMatchObject({ verdict: 'good' });
    expect(await origin.git('for-each-ref', 'refs/upkeep')).toBe('');
  });
  it('names what could surprise: shallow, hooks, commitlint, other bots, a wrong configuration, missing dependencies', async () => {
    await using origin = await repositoryWith({
      'agent.config.json': '{"stric": true}',
      '.github/dependabot.yml': 'version: 2\n',
      'renovate.json': '{}\n',
      '.commitlintrc.json': '{"extends": ["@commitlint/config-conventional"]}\n',
      'package.json': '{"name": "x", "devDependencies": {"eslint": "^9.0.0"}}\n',
      'package-lock.json':
        '{"name": "x", "lockfileVersion": 3, "packages": {"": {"devDependencies": {"eslint": "^9.0.0"}}, "node_modules/eslint": {"version": "9.0.0"}}}\n',
    });
    await origin.commit('second');
    await using clone = await origin.clone('--depth', '1');
    await clone.write('.git/hooks/pre-commit', '#!/bin/sh\n', 0o755);
    const { exitCode, of } = await examine(clone.path, '--offline');
    expect(exitCode).toBe(3);
    expect(of('repository').some(({ text }) => text.includes('shallow'))).toBe(true);
    expect(of('hooks')[0]?.text).toMatch(/^pre-commit: agents commit without hooks/);
    expect(of('commitlint')[0]).toMatchObject({ verdict: 'worth-knowing' });
    expect(of('other bots')[0]?.text).toContain('Dependabot, Renovate');
    expect(of('configuration')[0]).toMatchObject({ verdict: 'bad', text: expect.stringContaining('did you mean "strict"') as string });
    expect(of('dependencies')[0]).toMatchObject({ verdict: 'bad', advice: expect.stringContaining('npm ci') as string });
    expect(of('remote')[0]?.text).toContain('--offline');
  });
  it('says when there is no repository, no commit or no remote that answers', async () => {
    const nowhere = await examine('/');
    expect(nowhere).toMatchObject({ exitCode: 3 });
    expect(nowhere.of('repository')[0]?.verdict).toBe('bad');
    await using unborn = await createRepository();
    expect((await examine(unborn.path)).of('branch')[0]).toMatchObject({ verdict: 'bad', text: 'there is no commit yet' });
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    await repository.git('remote', 'add', 'origin', `${repository.path}-gone`);
    expect((await examine(repository.path)).of('remote')[0]).toMatchObject({ verdict: 'worth-knowing' });
  });
});
