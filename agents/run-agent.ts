/** One agent on one commit: look, repair in a tree of its own, keep only what makes nothing worse, commit. */
import { changedPaths, commitTree, writeTree } from '../git/commit.ts';
import { mergeOnto } from '../git/integrate.ts';
import { restorePaths } from '../git/restore-paths.ts';
import type { TreeChange } from '../git/tree.ts';
import type { Worktree } from '../git/worktree.ts';
import type { Measures } from '../ledger/measures.ts';
import type { Nightly } from '../ledger/state.ts';
import type { Agent } from './agent.ts';
import { autoMessage } from './auto-message.ts';
import { refusedChanges } from './fights.ts';
import type { BlobChange, ChangeMemory } from './fights.ts';
import { takenBackChanges } from './taken-back.ts';
import { findingsOf } from './divide-findings.ts';
import type { Inspection, Inspector, Scene } from './inspector.ts';
import { applyFixers, firstFixers, hasWork, plannedFixers } from './repair.ts';
import type { PlannedFixer } from './repair.ts';
import type { PlannedCheck } from './plan-checks.ts';
import { regressionsOf, resultsAfter, stepBetween } from './regress.ts';
import type { RunContext } from './run-context.ts';
import type { Trees } from './trees.ts';
import type { Regression } from './worse.ts';

/** Which agent runs on which commit, and what it should remember. */
export interface AgentRunRequest {
  readonly agent: Agent;
  readonly runId: string;
  readonly base: string;
  /** A commit that an earlier run finished on the same input and could not deliver. */
  readonly pending: string | null;
  readonly memory: ChangeMemory;
  /** Percent of lines that tests covered in the last green run on the branch; null where it was not measured. */
  readonly coverage: number | null;
  /** What the last green runs on the branch measured. */
  readonly measures: Measures;
  /** What is to be remembered of its checks of the night when those that run now have ended well; null: nothing new. */
  readonly nightly: Nightly | null;
  /** Whether it is to be remembered up to which commit commits were looked at. */
  readonly notesCommits: boolean;
}

/** What all agents of one invocation share. */
export interface Workshop {
  readonly context: RunContext;
  readonly inspector: Inspector;
  readonly trees: Trees;
  /**
   * When a repair is compared with its base: `together` leaves that to the integration, once for the commits of all
   * agents; `each` compares every fixer's work by itself, to find the one that does harm.
   */
  readonly compare: 'together' | 'each';
}

/** A finished repair: one commit on top of the base. */
export interface AgentCommit {
  readonly sha: string;
  readonly subject: string;
  /** Subject, body and trailers. */
  readonly message: string;
  readonly changes: readonly TreeChange[];
}

export interface AgentWork {
  readonly request: AgentRunRequest;
  readonly commit: AgentCommit | null;
  /** Sentences: fixers rolled back, fights, changes people took back. */
  readonly notes: readonly string[];
  readonly durationMs: number;
}

/** Runs one agent; expected failures are in the inspections, never thrown. */
export async function runAgent(request: AgentRunRequest, workshop: Workshop): Promise<AgentWork> {
  const started = performance.now();
  const scene = await workshop.inspector.scene(request.base);
  const inspections = await inspectOwn(request.agent, scene, workshop);
  const repair = await repairWithoutHarm(request, { scene, inspections, workshop });
  const commit = repair.candidate === null ? null : await finalCommit(request, repair.candidate, workshop);
  return { request, commit, notes: repair.notes, durationMs: performance.now() - started };
}

/** The results of all checks that the agent lists. */
export async function inspectOwn(agent: Agent, scene: Scene, workshop: Workshop): Promise<Inspection[]> {
  const own = scene.plan.planned.filter((planned) => planned.agents.includes(agent.id));
  return Promise.all(own.map((planned) => workshop.inspector.inspect(planned, scene)));
}

interface Seen {
  readonly scene: Scene;
  readonly inspections: readonly Inspection[];
  readonly workshop: Workshop;
}

interface Repair {
  /** Commit of the repaired tree on the base, or null when nothing is left to commit. */
  readonly candidate: string | null;
  readonly notes: readonly string[];
}

/** Repairs; a fixer after which something is worse is left out by itself, the others stay. */
async function repairWithoutHarm(request: AgentRunRequest, seen: Seen): Promise<Repair> {
  const { context, trees } = seen.workshop;
  if (!context.policy.fix) return { candidate: null, notes: [] };
  const ready = await pendingCandidate(request, seen);
  if (ready !== null) return { candidate: ready, notes: ['takes up the commit that an earlier run finished and could not deliver'] };
  const notes: string[] = [];
  let fixers = plannedFixers(request.agent.id, seen.inspections, { scene: seen.scene, context });
  if (fixers.length === 0) return { candidate: null, notes };
  context.journal.advance('fixing');
  await using tree = await trees.own(`fix-${request.agent.id}`, seen.scene.project);
  for (let isFresh = true; hasWork(fixers); isFresh = false) {
    if (!isFresh) await tree.reset(request.base);
    const outcome = await tryFixers(request, fixers, { ...seen, tree });
    if (outcome.worse.length === 0) return { candidate: outcome.candidate, notes: [...notes, ...outcome.notes] };
    const culprit = await firstHarmful(request, fixers, { ...seen, tree });
    notes.push(
      `the fixes of ${culprit.planned.check.id} were taken back: after them ${outcome.worse[0]?.check} reports ${outcome.worse[0]?.message}`,
    );
    fixers = fixers.filter((fixer) => fixer !== culprit);
  }
  return { candidate: null, notes };
}

/** Applies the fixers to a clean tree and compares the result with the base. */
async function tryFixers(
  request: AgentRunRequest,
  fixers: readonly PlannedFixer[],
  seen: Seen & { tree: Worktree },
): Promise<{ candidate: string | null; notes: string[]; worse: Regression[] }> {
  const { context, inspector } = seen.workshop;
  const notes = await applyFixers(fixers, seen.scene, { tree: seen.tree, inspector });
  const candidate = await candidateCommit(request, seen.tree, context);
  if (candidate === null) return { candidate: null, notes, worse: [] };
  const step = await stepBetween(request.base, candidate, { inspector, context });
  const changes = step.changes.map(blobChange);
  const where = { repository: context.repository, base: request.base, memory: request.memory };
  const refused = [...refusedChanges(changes, request.memory), ...(await takenBackChanges(changes, where))];
  if (refused.length > 0) {
    await restorePaths(
      seen.tree,
      refused.map((change) => change.path),
    );
    const kept = await candidateCommit(request, seen.tree, context);
    const force = `; \`agent run ${request.agent.id} --force\` makes it again`;
    const sentences = refused.map(({ path, why, mayForce }) => `${path} is left alone: ${why}${mayForce ? force : ''}`);
    return { candidate: kept, notes: [...notes, ...sentences], worse: kept === null ? [] : await harmOf(request, kept, seen.workshop) };
  }
  return { candidate, notes, worse: await harmOf(request, candidate, seen.workshop) };
}

/** What the candidate makes worse, where it is this agent's own turn to find out. */
async function harmOf(request: AgentRunRequest, candidate: string, { inspector, context, compare }: Workshop): Promise<Regression[]> {
  return compare === 'together' ? [] : regressionsOf(await stepBetween(request.base, candidate, { inspector, context }), inspector);
}

/** The fixer after which things are worse for the first time, applying one more at a time. */
async function firstHarmful(
  request: AgentRunRequest,
  fixers: readonly PlannedFixer[],
  seen: Seen & { tree: Worktree },
): Promise<PlannedFixer> {
  for (let count = 1; count < fixers.length; count += 1) {
    await seen.tree.reset(request.base);
    const { worse } = await tryFixers(request, firstFixers(fixers, count), seen);
    const last = fixers[count - 1];
    if (worse.length > 0 && last !== undefined) return last;
  }
  return fixers[fixers.length - 1] as PlannedFixer;
}

/** A commit object of the tree as the fixers left it; null when they changed nothing. Nothing refers to it yet. */
async function candidateCommit(request: AgentRunRequest, tree: Worktree, context: RunContext): Promise<string | null> {
  const paths = await changedPaths(tree);
  if (paths.length === 0) return null;
  return commitTree({
    repository: context.repository,
    tree: await writeTree(tree, paths),
    parents: [request.base],
    message: `auto: candidate of ${request.agent.id}`,
    date: context.origin.now(),
  });
}

/** The commit of an earlier run, when it still applies to this base and makes nothing worse. */
async function pendingCandidate(request: AgentRunRequest, seen: Seen): Promise<string | null> {
  if (request.pending === null) return null;
  const { context, inspector } = seen.workshop;
  const merged = await mergeOnto({ repository: context.repository, tip: request.base, commit: request.pending });
  if (!merged.ok || merged.sha === request.base) return null;
  const worse = await regressionsOf(await stepBetween(request.base, merged.sha, { inspector, context }), inspector);
  return worse.length === 0 ? merged.sha : null;
}

/** Says what was repaired, counted on the tree that was really made. */
async function finalCommit(request: AgentRunRequest, candidate: string, workshop: Workshop): Promise<AgentCommit> {
  const { context, inspector } = workshop;
  const step = await stepBetween(request.base, candidate, { inspector, context });
  const { before, after, changes } = step;
  const isOwn = (planned: PlannedCheck): boolean => planned.agents.includes(request.agent.id);
  const [then, now] = await Promise.all([inspectOwn(request.agent, before, workshop), resultsAfter(step, isOwn, inspector)]);
  const count = (inspections: readonly Inspection[]): number =>
    inspections.reduce((sum, inspection) => sum + findingsOf(request.agent.id, inspection, context.policy).length, 0);
  const files = changes.map((change) => change.path);
  const { subject, message } = autoMessage({
    agent: request.agent.id,
    title: request.agent.title,
    runId: request.runId,
    base: request.base,
    fixed: Math.max(count(then) - count(now), 0),
    files,
  });
  const sha = await commitTree({
    repository: context.repository,
    tree: after.treeId,
    parents: [request.base],
    message,
    date: context.origin.now(),
  });
  return { sha, subject, message, changes };
}

function blobChange(change: TreeChange): BlobChange {
  return { path: change.path, from: change.oldOid, to: change.newOid };
}
