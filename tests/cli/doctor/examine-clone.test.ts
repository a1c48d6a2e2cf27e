/** What the doctor says of a clone, and that runs say the same. */
import { spawnSync } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineRemote } from '../../../cli/doctor/examine-remote.ts';
import { examineRepository } from '../../../cli/doctor/examine-repository.ts';
import { repositoryWith } from '../../support/git-repository.ts';
import { threeAgentsRepository } from '../../support/three-agents.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');

/** `agent …` by somebody whom rights hold back, whoever runs the tests. */
function restricted(cwd: string, ...args: string[]): { status: number | null; stdout: string } {
  const own = [process.execPath, MAIN, ...args];
  const [program = '', ...rest] = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--', ...own] : own;
  return spawnSync(program, rest, { cwd, encoding: 'utf8' });
}

describe('the doctor', () => {
  it('takes a remote that cannot be reached for an obstacle only where runs deliver to it', async () => {
    await using repository = await repositoryWith({ a: '1' });
    await repository.git('remote', 'add', 'origin', '../nowhere.git');
    const ask = { remote: 'origin', offline: false, auth: undefined };
    const opened = await repository.open();
    expect(await examineRemote(opened, { ...ask, isNeeded: true })).toMatchObject([{ verdict: 'bad' }]);
    const [harmless] = await examineRemote(opened, { ...ask, isNeeded: false });
    expect(harmless).toMatchObject({ verdict: 'worth-knowing', text: 'origin (../nowhere.git) cannot be reached' });
    expect(harmless?.advice).toMatch(/agents work here without it$/);
  });

  it('names hooks of husky that Git does not run', async () => {
    await using repository = await repositoryWith({ '.husky/pre-commit': 'npx lint\n', '.husky/_/h': '' });
    const hooksOf = async (): Promise<string[]> =>
      (await examineRepository(await repository.open())).filter(({ subject }) => subject === 'hooks').map(({ text }) => text);
    expect(await hooksOf()).toEqual(['.husky/pre-commit: Git does not run it here, not for you either']);
    await repository.git('config', 'core.hooksPath', '.husky/_');
    expect(await hooksOf()).toEqual(['pre-commit (husky): agents commit without hooks and check their own changes']);
  });

  it('finds a store of the ledger that is damaged, and leaves it to a run to move it aside', async () => {
    await using repository = await repositoryWith({ a: '1' });
    const store = join(repository.path, '.git', 'upkeep', 'ledger.git');
    await repository.write('.git/upkeep/ledger.git/HEAD', '');
    const found = (await examineRepository(await repository.open())).filter(({ subject }) => subject === 'ledger');
    expect(found).toMatchObject([{ verdict: 'worth-knowing', text: `${store} has a HEAD that names nothing` }]);
    expect(found[0]?.advice).toContain('`agent recover` moves it aside');
    expect(await readdir(store)).toEqual(['HEAD']);
  });

  it('finds a working tree that cannot be written, where a run keeps its commits with the words of git', async () => {
    await using repository = await threeAgentsRepository();
    await chmod(repository.path, 0o555);
    const doctor = restricted(repository.path, 'doctor', '--offline');
    const run = restricted(repository.path, 'run', 'docs');
    await chmod(repository.path, 0o755);
    expect(doctor.status).toBe(3);
    expect(doctor.stdout).toMatch(/✖ working tree +\S+ cannot be written\n/);
    expect(run.stdout).toMatch(/git refused to move the branch: .*notes\.md.*: Permission denied\n/);
    expect(run.stdout).toContain('next: give yourself the right to write there, then run `agent accept`\n');
  });
});
