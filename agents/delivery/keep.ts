/** Keeps commits that could not be delivered: under refs, and as patch files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatPatch } from '../../git/format-patch.ts';
import type { Repository } from '../../git/repository.ts';
import type { Integration } from '../integrate-runs.ts';
import type { RunContext } from '../run-context.ts';
import type { DeliveryReport } from '../run-report.ts';
import { emptyDelivery } from './delivery.ts';
import type { DeliveryEnd, DeliveryStep, Refusal } from './delivery.ts';
import { setOwnRef, suggestRef } from './own-refs.ts';

/** Lets every placed commit wait under `refs/upkeep/suggest/<agent>`. */
export async function keepUnderRefs(
  repository: Repository,
  integration: Integration,
): Promise<Pick<DeliveryReport, 'outcome' | 'commits' | 'ref'>> {
  const commits: string[] = [];
  for (const { work } of integration.placed) {
    if (work.commit === null) continue;
    await setOwnRef(repository, suggestRef(work.request.agent.id), work.commit.sha);
    commits.push(work.commit.sha);
  }
  return { outcome: 'kept', commits, ref: 'refs/upkeep/suggest' };
}

/** Lets the commits wait that cannot stand on the branch before it has what was checked, and says so in the report. */
export async function keepWaiting(repository: Repository, { waiting }: Integration, report: DeliveryReport): Promise<DeliveryReport> {
  const made = waiting.flatMap(({ request: { agent }, commit }) => (commit === null ? [] : [{ agent, sha: commit.sha }]));
  if (made.length === 0) return report;
  for (const { agent, sha } of made) await setOwnRef(repository, suggestRef(agent.id), sha);
  const { outcome, commits, reason, advice, mode, branch } = report;
  const hasMoved = outcome === 'delivered' || outcome === 'pushed' || outcome === 'proposed';
  const name = branch ?? 'the branch';
  return {
    ...report,
    outcome: outcome !== 'nothing' ? outcome : mode === 'local' ? 'kept' : 'refused',
    // Those of a delivery that arrived are only those that arrived.
    commits: hasMoved ? commits : [...commits, ...made.map(({ sha }) => sha)],
    ref: 'refs/upkeep/suggest',
    reason:
      reason ??
      `${name} has not got the commit that was checked, and ${made.map(({ agent }) => agent.title).join(', ')} repaired what only that has`,
    advice:
      advice ??
      (mode === 'local'
        ? 'run again on the branch as it is now'
        : `bring your commits to ${name} (git pull, then git push) and run again; what was repaired waits`),
  };
}

/** Folder of a run's patch files inside the Git directory. */
export function patchFolder(repository: Repository, id: string): string {
  return join(repository.commonDir, 'upkeep', 'patches', id);
}

/** Writes every placed commit as a patch file for `git am` into `folder`. */
export async function keepAsPatches(
  repository: Repository,
  integration: Integration,
  folder: string,
): Promise<Pick<DeliveryReport, 'commits' | 'patches'>> {
  await mkdir(folder, { recursive: true });
  const patches: string[] = [];
  for (const [index, { work, sha }] of integration.placed.entries()) {
    const path = join(folder, `${String(index + 1).padStart(4, '0')}-${work.request.agent.id}.patch`);
    await writeFile(path, await formatPatch(repository, sha));
    patches.push(path);
  }
  return { commits: integration.placed.map((placed) => placed.sha), patches };
}

/** The end of a delivery that was refused: everything is kept under refs and as patches. */
export async function keepRefused(
  { repository, journal }: RunContext,
  { integration }: Pick<DeliveryStep, 'integration'>,
  ask: { mode: DeliveryReport['mode']; branch: string | null; refusal: Refusal },
): Promise<DeliveryEnd> {
  const kept = await keepUnderRefs(repository, integration);
  const { patches } = await keepAsPatches(repository, integration, patchFolder(repository, journal.entry.id));
  return {
    kind: 'done',
    delivered: false,
    recorded: false,
    report: { ...emptyDelivery(ask.mode, ask.branch), ...kept, outcome: 'refused', patches, ...ask.refusal },
  };
}
