import type { SimpleGit } from 'simple-git';
import type { GitConfig } from './filters.ts';
import { BASE_CONFIG, gitEnvironment } from './git-environment.ts';
import { GitError, gitErrorCode } from './git-error.ts';

// Reading a repository that lies here needs no editor, no ssh and no certificate, and simple-git is wary of them.
const READING = /^(?!GIT_)|^GIT_(?:CONFIG_.*|OPTIONAL_LOCKS|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|LFS_SKIP_SMUDGE)$/;

/** Reads with simple-git in a folder, with our environment and settings; only reads: it hides exit codes. Throws GitError. */
export async function readWith<T>(folder: string, read: (git: SimpleGit) => Promise<T>, config: GitConfig = []): Promise<T> {
  const { GitError: SimpleGitError, simpleGit } = await import('simple-git');
  const environment = Object.fromEntries(Object.entries(gitEnvironment()).filter(([name]) => name !== 'PREFIX' && READING.test(name)));
  const reader = simpleGit({
    baseDir: folder,
    config: [...BASE_CONFIG, ...config].map(([key, value]) => `${key}=${value}`),
    allowEnvironment: Object.keys(environment),
    // The values are ours: hooks off, no monitor; the configuration files are those of the person who runs us.
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeFilter: true,
    },
  }).env(environment);
  return read(reader).catch((error: unknown) => {
    if (!(error instanceof SimpleGitError)) throw error;
    const line = error.message.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? error.message;
    throw new GitError(gitErrorCode(error.message), line, { stderr: error.message });
  });
}
