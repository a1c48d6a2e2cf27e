/** Which git processes may be at work in a repository: whoever holds a lock need not have its file open. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Repository } from './repository.ts';

/** These run for hours and never take a lock of the index or of a ref. */
const LOCKLESS = new Set(['fsmonitor--daemon', 'credential-cache--daemon', 'cat-file', 'daemon', 'log', 'show', 'blame']);
/** Options of git itself whose value is an argument of its own. */
const WITH_VALUE = new Set(['-c', '-C', '--git-dir', '--work-tree', '--namespace', '--exec-path', '--config-env']);

/**
 * Process ids of gits that are, or may be, at work in the repository; null where the system does not tell which there are.
 * One whose folder cannot be seen counts as one of them.
 */
export async function liveGitIn(repository: Pick<Repository, 'root' | 'gitDir' | 'commonDir'>): Promise<number[] | null> {
  const processes = await readdir('/proc').catch(() => null);
  if (processes === null || !processes.includes('self')) return gitByPs();
  const places = await placesOf(repository);
  const found: number[] = [];
  for (const name of processes) {
    if (/^\d+$/.test(name) && (await isGitAt(name, places))) found.push(Number(name));
  }
  return found;
}

/** The Git directory and every working tree of the repository. */
async function placesOf({ root, gitDir, commonDir }: Pick<Repository, 'root' | 'gitDir' | 'commonDir'>): Promise<string[]> {
  const linked = join(commonDir, 'worktrees');
  const names = await readdir(linked).catch(() => []);
  const trees = await Promise.all(names.map((name) => readFile(join(linked, name, 'gitdir'), 'utf8').catch(() => '')));
  const main = basename(commonDir) === '.git' ? [join(commonDir, '..')] : [];
  return [
    gitDir,
    commonDir,
    ...main,
    ...(root === null ? [] : [root]),
    ...trees.map((path) => path.trim().replace(/[/\\]\.git$/, '')),
  ].filter((path) => path !== '');
}

async function isGitAt(pid: string, places: readonly string[]): Promise<boolean> {
  const [, command = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(await textOf(pid, 'stat')) ?? [];
  if (!/^git(?:-|$)/.test(command)) return false;
  // Zombies and the dead.
  if (/^[ZX]/.test(rest)) return false;
  const argv = (await textOf(pid, 'cmdline')).split('\0').slice(0, -1);
  if (LOCKLESS.has(subcommandOf(argv))) return false;
  const cwd = await readlink(join('/proc', pid, 'cwd')).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : ''));
  if (cwd === null) return false;
  // Another user's: nobody says where it works.
  if (cwd === '') return true;
  if (places.some((place) => `${cwd}${sep}`.startsWith(`${place}${sep}`))) return true;
  const named = [...argv, ...(await textOf(pid, 'environ')).split('\0').filter((line) => line.startsWith('GIT_'))];
  return named.some((text) => places.some((place) => text.includes(place)));
}

function subcommandOf([program = '', ...args]: readonly string[]): string {
  if (basename(program) !== 'git') return basename(program).replace(/^git-/, '');
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!word.startsWith('-')) return word;
    if (WITH_VALUE.has(word)) at += 1;
  }
  return '';
}

/** Empty when the process has ended meanwhile, or belongs to someone else. */
async function textOf(pid: string, file: string): Promise<string> {
  return readFile(join('/proc', pid, file), 'utf8').catch(() => '');
}

/** Outside Linux: every git of the machine, because `ps` does not tell where one works. */
function gitByPs(): number[] | null {
  try {
    const listing = execFileSync('ps', ['-axo', 'pid=,comm='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return listing.split('\n').flatMap((line) => {
      const [, pid, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      return /^git(?:-|$)/.test(basename(command)) ? [Number(pid)] : [];
    });
  } catch {
    return null; // no ps, as on Windows
  }
}
