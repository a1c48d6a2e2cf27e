/** The clone: how it was made, what is under way in it, its hooks, its ledger. */
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hooksOf } from '../../agents/commit-rules/passed-over-hooks.ts';
import type { PassedOverHook } from '../../agents/run-report.ts';
import { isRunUnderWay } from '../../agents/run-lock.ts';
import { git } from '../../git/exec-git.ts';
import { operationInProgress } from '../../git/operation-state.ts';
import type { Repository } from '../../git/repository.ts';
import { examineStore } from '../../ledger/examine-store.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { readState } from '../../ledger/read.ts';
import { openLedger } from '../../ledger/store.ts';
import { count, hookNames } from '../wording.ts';
import { bad, good, worthKnowing, type Diagnosis } from './diagnosis.ts';

export async function examineRepository(repository: Repository): Promise<Diagnosis[]> {
  return [
    kindOf(repository),
    await headOf(repository),
    await writable(repository),
    await partial(repository),
    await hooks(repository),
    await ledger(repository),
  ].flat();
}

function kindOf(repository: Repository): Diagnosis[] {
  const found: Diagnosis[] = [];
  if (repository.bare)
    found.push(worthKnowing('repository', 'it is bare: agents check its branches, and commits go out by push or patch only'));
  if (repository.gitDir !== repository.commonDir)
    found.push(worthKnowing('repository', 'this is a linked worktree; the ledger is shared with the others'));
  if (repository.shallow)
    found.push(
      worthKnowing(
        'repository',
        'the clone is shallow: older commits cannot be named as the cause of a failure',
        'git fetch --unshallow, or fetch-depth: 0 in actions/checkout',
      ),
    );
  return found.length > 0 ? found : [good('repository', repository.root ?? repository.commonDir)];
}

async function headOf(repository: Repository): Promise<Diagnosis[]> {
  const operation = await operationInProgress(repository);
  if (operation !== null)
    return [worthKnowing('branch', `a ${operation} is under way: agents check, but their commits wait`, 'finish it, then agent accept')];
  if (repository.head === null) return [bad('branch', 'there is no commit yet', 'make the first one')];
  if (repository.branch === null)
    return [worthKnowing('branch', 'HEAD is detached: agents check, but their commits wait', 'check out a branch, then agent accept')];
  return [good('branch', repository.branch)];
}

async function writable(repository: Repository): Promise<Diagnosis[]> {
  try {
    await access(repository.commonDir, constants.W_OK);
  } catch {
    return [bad('repository', `${repository.commonDir} cannot be written`, 'give yourself the right to write there')];
  }
  return isRunUnderWay(repository.commonDir) ? [worthKnowing('repository', 'another agent run is under way in this clone')] : [];
}

async function partial(repository: Repository): Promise<Diagnosis[]> {
  const { gitDir } = repository;
  const found: Diagnosis[] = [];
  const promisor = await git(['config', '--get-regexp', String.raw`^remote\..*\.promisor$`], { gitDir, okCodes: [0, 1] });
  if (promisor.exitCode === 0)
    found.push(
      worthKnowing(
        'repository',
        'it is a partial clone: files that are not here are fetched when an agent reads them',
        'the remote must be in reach',
      ),
    );
  const sparse = await git(['config', '--bool', '--get', 'core.sparseCheckout'], { gitDir, okCodes: [0, 1] });
  if (sparse.stdout.trim() === 'true')
    found.push(worthKnowing('repository', 'the checkout is sparse: agents see the whole tree all the same'));
  return found;
}

async function hooks(repository: Repository): Promise<Diagnosis[]> {
  const found = await hooksOf(repository, []);
  const asleep = await hooksAsleep(repository, found);
  if (found.length === 0) return asleep.length > 0 ? asleep : [good('hooks', 'none that would want to see commits')];
  return [
    ...asleep,
    worthKnowing(
      'hooks',
      `${hookNames(found)}: agents commit without hooks and check their own changes`,
      'agent init shows what lets hooks accept commits of agents',
    ),
  ];
}

/** Hooks of husky are files like any other until its installation tells Git of them. */
async function hooksAsleep(repository: Repository, installed: readonly PassedOverHook[]): Promise<Diagnosis[]> {
  if (repository.root === null) return [];
  const there = (await readdir(join(repository.root, '.husky')).catch((): string[] => [])).map((name) => `.husky/${name}`);
  const missing = (await hooksOf(repository, there)).filter((hook) => !installed.some(({ name }) => name === hook.name));
  if (missing.length === 0) return [];
  const text = `${missing.map(({ name }) => `.husky/${name}`).join(', ')}: Git does not run ${missing.length === 1 ? 'it' : 'them'} here, not for you either`;
  return [worthKnowing('hooks', text, 'npx husky sets core.hooksPath; as a rule npm install does that by the script prepare')];
}

async function ledger(repository: Repository): Promise<Diagnosis[]> {
  const store = openLedger(repository.commonDir);
  const examined = examineStore(store);
  // Runs help themselves, but what only this clone remembered is gone by then.
  if (!examined.ok) return [worthKnowing('ledger', `${examined.path} ${examined.problem}`, examined.wayOut)];
  try {
    const { layered, health } = await readState(store);
    const found = Object.entries(health)
      .filter(([, state]) => state !== 'ok' && state !== 'absent')
      .map(([name, state]) => worthKnowing('ledger', `the ${name} history is ${state}`, 'it is rebuilt from its events by the next run'));
    if (layered.deadLetters > 0)
      found.push(worthKnowing('ledger', `${count(layered.deadLetters, 'line')} cannot be read`, 'agent log --dead-letters shows them'));
    return found.length > 0
      ? found
      : [
          good(
            'ledger',
            `${count(Object.keys(layered.agents).length, 'agent')} remembered on ${count(new Set(Object.keys(layered.agents).map((name) => name.slice(name.indexOf('@') + 1))).size, 'branch', 'branches')}`,
          ),
        ];
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return [bad('ledger', error.message, error.code === 'future-version' ? 'update upkeep' : 'make the Git directory writable')];
  }
}
