/** Runs checks on commits. A check runs once a tree, however many agents ask for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../ledger/finding.ts';
import { TRANSIENT_REASONS } from '../ledger/outcome.ts';
import { completeTree } from '../git/partial-clone.ts';
import { fullDisk, isDiskFullError, saysDiskFull } from '../git/disk-room.ts';
import { treeIdOf } from '../git/tree.ts';
import type { Worktree } from '../git/worktree.ts';
import type { CheckContext, CheckReport } from './checks/check.ts';
import { treeCutter } from './checks/tree-cutter.ts';
import { isApart, plannedNow, planChecks } from './plan-checks.ts';
import type { CheckPlan, PlannedCheck } from './plan-checks.ts';
import { contentsSince } from './past-contents.ts';
import { readProject } from './read-project.ts';
import type { ReadProject } from './read-project.ts';
import { throwIfInterrupted } from './run-context.ts';
import type { RunContext } from './run-context.ts';
import { wantedSeverity } from './run-policy.ts';
import { createOutputLog, type OutputLog } from './output-log.ts';
import type { RunTool, ToolCall, ToolResult } from './tools/run-tool.ts';
import type { ResultMemory, ResultSource } from './result-memory.ts';
import type { Trees } from './trees.ts';

/** A commit with what applies to it. */
export interface Scene {
  readonly project: ReadProject;
  readonly plan: CheckPlan;
  readonly treeId: string;
}

export interface Inspection {
  readonly planned: PlannedCheck;
  readonly report: CheckReport;
  readonly durationMs: number;
  /** It passed before on the same content, and did not run again. */
  readonly isRemembered?: true;
}

export interface Inspector {
  /** Reads a commit and asks which checks apply; once a commit. */
  scene(commit: string): Promise<Scene>;
  /** The result of one check on one tree; the same promise for everyone who asks. */
  inspect(planned: PlannedCheck, scene: Scene): Promise<Inspection>;
  /** What a fixer or a check gets to work with. */
  contextFor(planned: PlannedCheck, scene: Scene, place: { tree: Worktree; files: readonly string[] }): CheckContext;
}

/** Attempts that took longer than this are not repeated within the process: the next run will. */
const RETRY_WITHIN_MS = 30_000;

/** The same call, with what it prints in the log. */
async function watched(call: ToolCall, log: OutputLog | null, run: RunTool): Promise<ToolResult> {
  if (log === null) return run(call);
  const own = log.begin(call);
  const result = await run({ ...call, onOutput: own.onOutput });
  own.end(result);
  return result;
}

/** Where a worktree of a run stands in the folder for them. */
const TREE_BELOW = String.raw`/[\w.-]+/upkeep-[\w-]+`;

export interface InspectorOptions {
  readonly context: RunContext;
  readonly trees: Trees;
  readonly memory: ResultMemory;
  /** The dependencies that `project` needs are not there: the sentence for the person, else null. */
  missingDependencies(project: ReadProject): Promise<string | null>;
  onProgress(planned: PlannedCheck, message: string): void;
}

export function createInspector(options: InspectorOptions): Inspector {
  const { context, trees, memory } = options;
  const { policy, repository } = context;
  const scenes = new Map<string, Promise<Scene>>();
  const inspections = new Map<string, Promise<Inspection>>();
  const withoutTree = treeCutter(context.journal.entry.worktrees, TREE_BELOW);

  const logs = new Map<string, OutputLog>();
  /** One for each check, whatever looks and repairs with it. */
  const logOf = ({ check, agents }: PlannedCheck): OutputLog | null => {
    const { onOutput } = context;
    if (onOutput === undefined) return null;
    const log =
      logs.get(check.id) ??
      createOutputLog({ clean: (text) => context.redact(withoutTree(text)), write: (text) => onOutput(check.id, agents, text) });
    logs.set(check.id, log);
    return log;
  };
  const contextFor: Inspector['contextFor'] = (planned, scene, place) => ({
    project: scene.project,
    root: place.tree.path,
    files: place.files,
    inRealFiles: (use) => trees.copied(scene.project, (tree) => use(tree.path)),
    remembered: async (part, make) => {
      const source = { ...sourceOf(planned, scene), name: `${planned.check.id}: ${part.name}`, reads: (path: string) => part.reads(path) };
      const known = memory.recall(source) as Awaited<ReturnType<typeof make>> | null;
      if (known !== null) return known;
      const made = await make();
      if (part.isGood(made)) memory.keep(source, withoutThisRun(made));
      return made;
    },
    pastFiles: () => contentsSince(repository, { since: policy.commitsSince, project: scene.project }),
    signal: context.signal,
    bundledSeverity: policy.strict ? 'error' : 'warning',
    runTool: (call: ToolCall) => {
      const bounds = {
        timeoutMs: policy.checks[planned.check.id]?.timeoutMs ?? policy.toolTimeoutMs,
        maxOutputBytes: policy.maxOutputBytes,
      };
      return watched({ ...bounds, ...call }, logOf(planned), context.runTool);
    },
    withoutTree,
    progress: (message) => options.onProgress(planned, context.redact(withoutTree(message))),
  });

  const attempt = async (planned: PlannedCheck, scene: Scene): Promise<CheckReport> => {
    const missing = planned.detection.needsDependencies ? await options.missingDependencies(scene.project) : null;
    if (missing !== null) return erroredReport('dependencies-missing', missing);
    const files = scene.project.files.filter((path) => planned.detection.reads(path) && !policy.isExcluded(path));
    const label = planned.check.id;
    if (planned.check.writes !== true) {
      return planned.check.inspect(contextFor(planned, scene, { tree: await trees.shared(scene.project), files }));
    }
    await using tree = await trees.own(label, scene.project);
    return await planned.check.inspect(contextFor(planned, scene, { tree, files }));
  };

  const clean = (text: string): string => context.redact(withoutTree(text));
  /** The worktree is another one the next time, and what is kept holds no secret. */
  const withoutThisRun = <T extends object>(value: T): T =>
    JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? clean(one) : one))) as T;

  const inspectOrRecall = async (planned: PlannedCheck, scene: Scene): Promise<Inspection> => {
    const source = sourceOf(planned, scene);
    // What does not depend on the tree is never remembered.
    const known = isApart(planned.check) ? null : (memory.recall(source) as CheckReport | null);
    if (known !== null) {
      context.onOutput?.(planned.check.id, planned.agents, 'it passed before, and nothing that it reads has changed\n');
      return { planned, report: known, durationMs: 0, isRemembered: true };
    }
    const inspection = await inspectNow(planned, scene);
    const { measured: _measured, ...report } = inspection.report;
    if (report.outcome === 'passed' && report.isUncertain !== true && report.isIncomplete !== true && !isApart(planned.check))
      memory.keep(source, report);
    return inspection;
  };

  const inspectNow = async (planned: PlannedCheck, scene: Scene): Promise<Inspection> => {
    for (let tries = 1; ; tries += 1) {
      throwIfInterrupted(context.signal);
      const started = performance.now();
      const found = await attempt(planned, scene).catch((error: unknown) => {
        throwIfInterrupted(context.signal);
        return isDiskFullError(error)
          ? erroredReport('disk-full', messageOf(error))
          : erroredReport('internal', `the check ${planned.check.id} itself failed: ${messageOf(error)}`);
      });
      const report = onFullDisk(found, [context.journal.entry.worktrees, repository.commonDir]);
      throwIfInterrupted(context.signal);
      const durationMs = performance.now() - started;
      const isTransient = report.outcome === 'errored' && report.reason !== null && TRANSIENT_REASONS.has(report.reason);
      const wait = isTransient && durationMs < RETRY_WITHIN_MS ? policy.retryDelayMs(tries) : null;
      if (wait === null) return { planned, report: withPolicy(report, planned, { policy, clean }), durationMs };
      options.onProgress(
        planned,
        `attempt ${tries} could not be carried out (${report.reason}): trying again in ${(wait / 1000).toFixed(1)} s`,
      );
      await delay(wait, undefined, { signal: context.signal }).catch(() => undefined);
    }
  };

  return {
    contextFor,
    scene(commit) {
      let scene = scenes.get(commit);
      if (scene === undefined) {
        scene = (async () => {
          await completeTree(repository, commit);
          const project = await readProject(repository, commit);
          const [plan, treeId] = await Promise.all([planChecks(policy, project), treeIdOf(repository, commit)]);
          return { project, plan: { ...plan, planned: plannedNow(plan, policy) }, treeId };
        })();
        scenes.set(commit, scene);
      }
      return scene;
    },
    inspect(planned, scene) {
      const id = `${planned.check.id}:${scene.treeId}`;
      let inspection = inspections.get(id);
      if (inspection === undefined) {
        inspection = inspectOrRecall(planned, scene);
        inspections.set(id, inspection);
      }
      return inspection;
    },
  };
}

/** Of a whole check: what it depends on. */
function sourceOf({ check, detection }: PlannedCheck, { project }: Scene): ResultSource {
  const reads = (path: string): boolean => detection.reads(path);
  const { id: name, machineTools } = check;
  return { name, entries: project.entries, reads, seesEveryPath: detection.seesEveryPath === true, machineTools };
}

/** Applies the repository's severity and exclusions, and takes secrets and the worktree out. */
function withPolicy(
  report: CheckReport,
  planned: PlannedCheck,
  { policy, clean }: Pick<RunContext, 'policy'> & { clean: (text: string) => string },
): CheckReport {
  const findings: Finding[] = [];
  for (const finding of report.findings) {
    const severity = wantedSeverity(finding.rule, policy.checks[planned.check.id]);
    if (severity === 'off' || (finding.path !== null && policy.isExcluded(finding.path))) continue;
    findings.push({ ...finding, rule: clean(finding.rule), message: clean(finding.message), severity: severity ?? finding.severity });
  }
  const hasErrors = findings.some((finding) => finding.severity === 'error');
  const outcome = report.outcome === 'errored' || report.outcome === 'skipped' ? report.outcome : hasErrors ? 'failed' : 'passed';
  return {
    ...report,
    findings,
    outcome,
    reason: outcome === 'failed' ? 'errors-left' : outcome === 'passed' ? null : report.reason,
    command: report.command === null ? null : clean(report.command),
    log: clean(report.log),
    ...(report.hint === undefined ? {} : { hint: clean(report.hint) }),
  };
}

/** On a full disk a tool fails for that, whatever it says: neither the code nor the tool is to blame. */
function onFullDisk(report: CheckReport, places: readonly string[]): CheckReport {
  if (report.outcome !== 'failed' && report.outcome !== 'errored') return report;
  const full = fullDisk(places);
  const said = report.outcome === 'errored' && (report.reason === 'disk-full' || saysDiskFull(`${report.hint ?? ''}\n${report.log}`));
  if (full === null && !said) return report;
  const why = full?.words ?? report.hint ?? 'no space left on the disk';
  return { ...erroredReport('disk-full', `${why}: make room and run again`), command: report.command, log: report.log };
}

function erroredReport(reason: NonNullable<CheckReport['reason']>, hint: string): CheckReport {
  return { outcome: 'errored', reason, findings: [], command: null, log: '', hint };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
