/** Puts a program in front of git, for our door only. */
import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setGitEnvironment } from '../../git/exec-git.ts';
import { temporaryFolder } from './git-repository.ts';

/** Until it is disposed of, our git runs as `<words> git …` in a shell. */
export async function wrapGit(words: string): Promise<AsyncDisposable> {
  const folder = await temporaryFolder();
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const wrapper = join(folder.path, 'git');
  await writeFile(wrapper, `#!/bin/sh\n${words} ${git} "$@"\n`);
  await chmod(wrapper, 0o755);
  setGitEnvironment({ ...process.env, PATH: `${folder.path}:${process.env['PATH'] ?? ''}` });
  return {
    [Symbol.asyncDispose]: async () => {
      setGitEnvironment(process.env);
      await folder[Symbol.asyncDispose]();
    },
  };
}
