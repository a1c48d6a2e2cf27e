import type { SimpleGit } from 'simple-git';
import { BASE_CONFIG, gitEnvironment } from './git-environment.ts';

// Reading a repository that lies here needs no editor, no ssh and no certificate, and simple-git is wary of them.
const READING = /^(?!GIT_)|^GIT_(?:CONFIG_.*|OPTIONAL_LOCKS|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|LFS_SKIP_SMUDGE)$/;

/** simple-git in a folder, with our environment and settings; for reading only: it hides exit codes. */
export async function reader(folder: string): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git');
  const environment = Object.fromEntries(Object.entries(gitEnvironment()).filter(([name]) => name !== 'PREFIX' && READING.test(name)));
  return simpleGit({
    baseDir: folder,
    config: BASE_CONFIG.map(([key, value]) => `${key}=${value}`),
    allowEnvironment: Object.keys(environment),
    // The values are ours: hooks off, no monitor; the configuration files are those of the person who runs us.
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
    },
  }).env(environment);
}
