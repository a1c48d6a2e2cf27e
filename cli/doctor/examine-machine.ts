/** Git, Node and this person's settings. */
import { tmpdir } from 'node:os';
import { fullDisk } from '../../git/disk-room.ts';
import { git, GitError } from '../../git/exec-git.ts';
import { isSupportedGit } from '../../git/repository.ts';
import type { Environment } from '../environment.ts';
import { TEMPORARY_ADVICE, whyNoTemporaryPlace } from '../run/require-places.ts';
import { bad, good, worthKnowing, type Diagnosis } from './diagnosis.ts';

export async function examineMachine(cwd: string, environment: Environment): Promise<Diagnosis[]> {
  return [await gitVersion(), nodeVersion(), disk(cwd), await identity(cwd), environmentOf(environment)].flat();
}

async function gitVersion(): Promise<Diagnosis> {
  try {
    const { stdout } = await git(['version'], {});
    const line = stdout.trim();
    return isSupportedGit(line) ? good('git', line) : bad('git', `${line} is too old`, 'install Git 2.38 or later');
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return bad('git', error.message, 'install Git 2.38 or later');
  }
}

function nodeVersion(): Diagnosis {
  return good('node', `Node ${process.versions.node}`);
}

/** Says nothing where things can be written, as nearly everywhere. */
function disk(cwd: string): Diagnosis[] {
  const full = fullDisk([cwd, tmpdir()]);
  if (full !== null) return [bad('disk', full.words, 'make room on it; worktrees of agents are made in the temporary folder')];
  const why = whyNoTemporaryPlace();
  return why === null ? [] : [bad('disk', why, TEMPORARY_ADVICE)];
}

async function identity(cwd: string): Promise<Diagnosis> {
  const name = await settingOf(cwd, 'user.name');
  const email = await settingOf(cwd, 'user.email');
  if (name !== null && email !== null) return good('identity', `you commit as ${name} <${email}>; agents commit as upkeep[bot]`);
  return worthKnowing(
    'identity',
    'Git knows no name or address of yours; agents commit as upkeep[bot] and need none',
    'for your own commits: git config --global user.name … and user.email …',
  );
}

function environmentOf(environment: Environment): Diagnosis[] {
  const overrides = Object.keys(environment.variables).filter((name) => name.startsWith('UPKEEP_') && environment.variables[name] !== '');
  return overrides.length === 0
    ? []
    : [
        worthKnowing(
          'environment',
          `${overrides.join(', ')} override the configuration`,
          'agent config print --explain shows what comes from where',
        ),
      ];
}

/** The value of a Git setting as it holds in `cwd`, or null. */
export async function settingOf(cwd: string, key: string): Promise<string | null> {
  const { stdout, exitCode } = await git(['config', '--get', key], { cwd, okCodes: [0, 1, 128] });
  return exitCode === 0 && stdout.trim() !== '' ? stdout.trim() : null;
}
