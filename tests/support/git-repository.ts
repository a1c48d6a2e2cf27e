/** Temporary real repositories; every call refuses to work in the project's own folder. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setGitEnvironment } from '../../git/exec-git.ts';
import { openRepository } from '../../git/repository.ts';
import type { Repository } from '../../git/repository.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

setGitEnvironment(process.env);

/** One file to write: text, bytes, or null to delete it. */
export type Content = string | Buffer | null;

export interface TestRepository extends AsyncDisposable {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Runs git here and returns stdout without its last newline; throws when it fails. */
  git(...args: string[]): Promise<string>;
  /** Runs git here and returns how it ended, whatever that is. */
  tryGit(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  write(path: string, content: Content, mode?: number): Promise<void>;
  link(path: string, target: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Writes the files, commits everything and returns the commit. */
  commit(message: string, files?: Readonly<Record<string, Content>>): Promise<string>;
  head(): Promise<string>;
  open(): Promise<Repository>;
  /** A clone of this repository beside it; disposed of by itself. */
  clone(...options: string[]): Promise<TestRepository>;
}

/** A new temporary folder, links resolved, that disposes of itself. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'upkeep-test-')));
  return { path, [Symbol.asyncDispose]: () => removeFolder(path) };
}

/** A new repository on branch main; `options` go to `git init`. */
export async function createRepository(...options: string[]): Promise<TestRepository> {
  const { path } = await temporaryFolder();
  await gitIn(path, ['init', '-q', '-b', 'main', ...options]);
  return repositoryAt(path, path);
}

/** A new repository with one commit of these files. */
export async function repositoryWith(files: Readonly<Record<string, Content>>): Promise<TestRepository> {
  const repository = await createRepository();
  await repository.commit('first', files);
  return repository;
}

/** The repository at `path`; disposing of it removes `owned`. */
export function repositoryAt(path: string, owned: string | null = null): TestRepository {
  refuseProject(path);
  const git = async (...args: string[]): Promise<string> => (await gitIn(path, args)).replace(/\n$/, '');
  const repository: TestRepository = {
    path,
    git,
    tryGit: async (...args) =>
      run('git', args, { cwd: path, maxBuffer: 1 << 28 }).then(
        ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          exitCode: error.code,
          stdout: error.stdout,
          stderr: error.stderr,
        }),
      ),
    write: async (file, content, mode) => {
      const target = join(path, file);
      if (content === null) return rm(target, { recursive: true, force: true });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      if (mode !== undefined) await chmod(target, mode);
    },
    link: async (file, target) => {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await symlink(target, join(path, file));
    },
    read: (file) => readFile(join(path, file), 'utf8'),
    commit: async (message, files = {}) => {
      for (const [file, content] of Object.entries(files)) await repository.write(file, content);
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', message);
      return repository.head();
    },
    head: () => git('rev-parse', 'HEAD'),
    open: () => openRepository(path),
    clone: async (...options) => {
      const { path: parent } = await temporaryFolder();
      const target = join(parent, 'clone');
      await gitIn(parent, ['clone', '-q', ...options, `file://${path}`, target]);
      return repositoryAt(target, parent);
    },
    [Symbol.asyncDispose]: async () => {
      if (owned !== null) await removeFolder(owned);
    },
  };
  return repository;
}

async function gitIn(cwd: string, args: readonly string[]): Promise<string> {
  refuseProject(cwd);
  const { stdout } = await run('git', args, { cwd, maxBuffer: 1 << 28 });
  return stdout;
}

async function removeFolder(path: string): Promise<void> {
  refuseProject(path);
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}

function refuseProject(path: string): void {
  if (`${path}${sep}`.startsWith(PROJECT)) throw new Error(`tests must not touch the project itself: ${path}`);
}
