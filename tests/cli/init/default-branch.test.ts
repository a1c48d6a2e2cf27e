/** Which branch a clone takes for the default one. */
import { describe, expect, it } from 'vitest';
import { findDefaultBranch } from '../../../cli/init/default-branch.ts';
import { workflowText } from '../../../cli/init/workflow-text.ts';
import { repositoryWith } from '../../support/git-repository.ts';

describe('the default branch', () => {
  it('is the one that the remote names, else a usual one of it, else one that is at hand', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const found = async (): Promise<readonly string[]> => {
      const { name, because } = await findDefaultBranch(await repository.open());
      return [name, because];
    };
    await repository.git('config', 'init.defaultBranch', 'absent');
    await repository.git('branch', '-m', 'feature');
    expect(await found()).toEqual(['feature', expect.stringContaining('nothing else tells') as string]);
    await repository.git('branch', 'master');
    expect(await found()).toEqual(['master', 'there is a branch of that name']);
    await repository.git('branch', 'house');
    await repository.git('config', 'init.defaultBranch', 'house');
    expect(await found()).toEqual(['house', 'init.defaultBranch names it']);
    await repository.git('update-ref', 'refs/remotes/origin/feature/main', 'HEAD');
    expect((await found())[0]).toBe('house');
    await repository.git('update-ref', 'refs/remotes/origin/develop', 'HEAD');
    expect(await found()).toEqual(['develop', 'origin/develop is there']);
    await repository.git('update-ref', 'refs/remotes/origin/c++/1', 'HEAD');
    await repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/c++/1');
    expect(await found()).toEqual(['c++/1', 'origin/HEAD names it']);
  });
  it('is no pattern in the workflow', () => {
    const found = { packageManager: null, hasManifest: false, isYarnClassic: false };
    expect(workflowText({ ...found, defaultBranch: 'c++/!1' }, '1.0.0')).toContain("    branches: ['c\\+\\+/\\!1']\n");
  });
});
