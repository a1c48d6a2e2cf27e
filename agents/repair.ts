/** Fixers of one agent on one commit, in a tree of its own; what they may change, and in which order. */
import type { AgentId } from '../ledger/outcome.ts';
import { changedPaths } from '../git/commit.ts';
import { fullDisk, saysDiskFull } from '../git/disk-room.ts';
import { GitError } from '../git/git-error.ts';
import { restorePaths } from '../git/restore-paths.ts';
import type { Worktree } from '../git/worktree.ts';
import { mayFix } from './checks/never-fix.ts';
import type { Fixer, FixReport } from './checks/check.ts';
import { findingsOf } from './divide-findings.ts';
import type { Inspection, Inspector, Scene } from './inspector.ts';
import type { PlannedCheck } from './plan-checks.ts';
import type { RunContext } from './run-context.ts';

/** Fixers from this order on are formatters: they also go over what earlier fixers changed. */
const FIRST_FORMATTER = 90;

/** A fixer with the files it may repair for this agent; a formatter may have none of its own, and only go over what the others changed. */
export interface PlannedFixer {
  readonly planned: PlannedCheck;
  readonly fixer: Fixer;
  readonly files: readonly string[];
}

/** The fixers that have something to do for `agent`, in the order in which they run. */
export function plannedFixers(
  agent: AgentId,
  inspections: readonly Inspection[],
  ask: { scene: Scene; context: RunContext },
): PlannedFixer[] {
  const { scene, context } = ask;
  const fixers: PlannedFixer[] = [];
  for (const { planned, report } of inspections) {
    const { fixer } = planned.check;
    if (fixer === undefined || report.outcome === 'errored') continue;
    const own = findingsOf(agent, { planned, report }, context.policy);
    const files = new Set<string>();
    for (const { path, fixable } of own) {
      if (!fixable) continue;
      // A tool that tells no place may repair every file of the agent that the check reads.
      const paths =
        path === null
          ? scene.project.files.filter((file) => planned.detection.reads(file) && isOwn(agent, { file, planned, context }))
          : [path];
      for (const one of paths) if (mayChange(one, context)) files.add(one);
    }
    const follows = isFormatter(fixer) && report.outcome !== 'skipped';
    if (files.size > 0 || follows) fixers.push({ planned, fixer, files: [...files].sort() });
  }
  return hasWork(fixers) ? fixers.sort((a, b) => a.fixer.order - b.fixer.order) : [];
}

/** Whether one of them has files of its own. */
export function hasWork(fixers: readonly PlannedFixer[]): boolean {
  return fixers.some(({ files }) => files.length > 0);
}

/** The first of these fixers, and the formatters behind them for what those change. */
export function firstFixers(fixers: readonly PlannedFixer[], count: number): PlannedFixer[] {
  const formatters = fixers.slice(count).filter(({ fixer }) => isFormatter(fixer));
  return [...fixers.slice(0, count), ...formatters.map((each) => ({ ...each, files: [] }))];
}

function isFormatter({ order }: Fixer): boolean {
  return order >= FIRST_FORMATTER;
}

function isOwn(agent: AgentId, { file, planned, context }: { file: string; planned: PlannedCheck; context: RunContext }): boolean {
  const { policy } = context;
  return policy.looksAfter(agent, file) && (planned.agents.length === 1 || policy.ownerOf(file) === agent);
}

/** Runs the fixers one after another; whatever a fixer changes outside its files is put back. Returns sentences about what went wrong. */
export async function applyFixers(
  fixers: readonly PlannedFixer[],
  scene: Scene,
  ask: { tree: Worktree; inspector: Inspector },
): Promise<string[]> {
  const { tree, inspector } = ask;
  const notes: string[] = [];
  const changed = new Set<string>();
  for (const { planned, fixer, files } of fixers) {
    const alsoFormatted = isFormatter(fixer) ? [...changed].filter((path) => planned.detection.reads(path)) : [];
    const mine = [...new Set([...files, ...alsoFormatted])].sort();
    if (mine.length === 0) continue;
    const place = inspector.contextFor(planned, scene, { tree, files: mine });
    const result = await fixer.fix(place);
    refuseOnFullDisk(tree, result);
    const now = await changedPaths(tree);
    const strangers = now.filter((path) => !mine.includes(path) && !changed.has(path));
    await restorePaths(tree, strangers);
    if (result.outcome === 'errored') {
      const why = result.hint === undefined ? '' : `: ${place.withoutTree(result.hint)}`;
      notes.push(`the fixer of ${planned.check.id} ended errored (${result.reason ?? 'no reason'})${why}`);
      await restorePaths(
        tree,
        now.filter((path) => !changed.has(path)),
      );
      continue;
    }
    for (const path of now) if (mine.includes(path)) changed.add(path);
  }
  return notes;
}

/** A file that was being written when the disk was full has lost its end: nothing of this repair can be trusted. */
function refuseOnFullDisk(tree: Worktree, result: FixReport): void {
  const full = fullDisk([tree.path]);
  if (full !== null || saysDiskFull(result.log))
    throw new GitError('disk-full', full?.words ?? `no space left for the files of ${tree.path}`);
}

/** Whether an agent may change this path at all. */
export function mayChange(path: string, context: RunContext): boolean {
  return context.policy.mayChange(path) && !context.policy.isExcluded(path) && mayFix(path);
}
