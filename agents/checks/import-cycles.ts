/** No module needs itself to load; where the repository has rules about imports of its own, those count instead. */
import type { FindingDraft, Severity } from '../../ledger/finding.ts';
import type { ImportRulesInput, ImportRulesOutput, RuleViolation } from '../tools/entries/import-rules.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { findCycleRules, isCycleConfig } from './cycle-rules.ts';
import type { CycleRules } from './cycle-rules.ts';
import { entryFailure } from './entry-failure.ts';
import { findCycles } from './find-cycles.ts';
import { isImportConfig, isImportSource, readImportGraph, unreadSentence } from './import-graph.ts';
import { shellLine } from './shell-line.ts';
import { toolPrefix } from './tool-line.ts';
import { isInside } from './tool-setup.ts';

/** Paths named in one message. */
const MOST_PATHS = 10;

/** The check `import-cycles`. */
export const importCycles: Check = {
  id: 'import-cycles',
  title: 'Import cycles',
  detect: async (project) => {
    if (project.files.filter(isImportSource).length < 2)
      return { applies: false, why: 'there are no two source files in JavaScript or TypeScript' };
    const rules = findCycleRules(project);
    return {
      applies: true,
      why: rules.why,
      origin: rules.tool === null ? 'bundled' : 'repository',
      // Its configuration may come from a package, and its rules may be about packages.
      needsDependencies: rules.tool === 'dependency-cruiser',
      reads: (path) => isImportSource(path) || isImportConfig(path) || isCycleConfig(path),
      seesEveryPath: true,
    };
  },
  inspect: (context) => {
    const rules = findCycleRules(context.project);
    return rules.config === null ? inspectGraph(context, rules) : inspectRules(context, rules, rules.config);
  },
};

async function inspectGraph(context: CheckContext, rules: CycleRules): Promise<CheckReport> {
  const read = await readImportGraph(
    context,
    (path) => rules.targets.length === 0 || rules.targets.some((target) => isInside(target, path)),
  );
  if (!read.ok) return reportErrored(read.failure, { log: read.log });
  const arrows = new Map<string, Set<string>>();
  const lines = new Map<string, number | null>();
  for (const { from, to, line, lazy } of read.graph.edges) {
    if (lazy) continue;
    arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    lines.set(`${from}\0${to}`, line);
  }
  const severity = rules.tool === null ? context.bundledSeverity : 'error';
  const drafts = findCycles(arrows).map((cycle) =>
    cycleDraft(cycle, { severity, line: lines.get(`${cycle[0]}\0${cycle[1] ?? cycle[0]}`) ?? null }),
  );
  const unread = unreadSentence(read.graph);
  const command =
    drafts.length > 0 && rules.tool === 'madge'
      ? shellLine([...toolPrefix(context.project.packageManager), 'madge', '--circular', ...shownTargets(rules)])
      : null;
  return reportFindings({ id: 'import-cycles', context }, drafts, { command, ...(unread === '' ? {} : { hint: unread }) });
}

async function inspectRules(context: CheckContext, rules: CycleRules, config: string): Promise<CheckReport> {
  const sources = context.project.files.filter(isImportSource);
  // Folders rather than every file: a name like `[id].tsx` would be taken for a pattern.
  const all = [...new Set(sources.map((path) => path.split('/')[0] ?? path))];
  const input: ImportRulesInput = {
    root: context.root,
    targets: rules.targets.length > 0 ? rules.targets : all,
    config,
    knownViolations: rules.knownViolations,
  };
  const answer = await runEntry<ImportRulesOutput>(context.runTool, { entry: 'import-rules', cwd: context.root, input });
  const command = shellLine([...toolPrefix(context.project.packageManager), 'depcruise', '--config', config, ...shownTargets(rules)]);
  const details = { command, log: answer.result.stderr };
  if (!answer.ok) return reportErrored(entryFailure(answer.result, 'dependency-cruiser'), details);
  if (answer.output.modules === 0) {
    return reportErrored(
      { reason: 'nothing-read', hint: `dependency-cruiser read none of ${sources.length} source files by the rules in ${config}.` },
      details,
    );
  }
  const drafts = new Map<string, FindingDraft>();
  for (const violation of answer.output.violations) {
    if (violation.severity === 'ignore') continue;
    const draft = violationDraft(violation);
    drafts.set(`${draft.rule}\0${draft.identity ?? draft.message}`, draft);
  }
  const sorted = [...drafts].sort(
    ([, a], [, b]) =>
      Number(a.severity !== 'error') - Number(b.severity !== 'error') || ((a.path ?? '') < (b.path ?? '') ? -1 : a.path === b.path ? 0 : 1),
  );
  return reportFindings(
    { id: 'import-cycles', context },
    sorted.map(([, draft]) => draft),
    details,
  );
}

function violationDraft(violation: RuleViolation): FindingDraft {
  const severity: Severity = violation.severity === 'error' ? 'error' : 'warning';
  if (violation.cycle !== null) return cycleDraft(violation.cycle, { severity, line: violation.line, rule: violation.rule });
  const { from, to } = violation;
  const message = plainMessage(`${violation.rule}: ${from === to ? from : `${from} imports ${to}`}`);
  return { path: from, line: violation.line, rule: violation.rule, severity, message };
}

function cycleDraft(cycle: readonly string[], how: { severity: Severity; line: number | null; rule?: string }): FindingDraft {
  const shown = cycle.length > MOST_PATHS ? [...cycle.slice(0, MOST_PATHS - 1), `… ${cycle.length - MOST_PATHS + 1} more`] : cycle;
  return {
    path: cycle[0] ?? null,
    line: how.line,
    rule: how.rule ?? 'import-cycle',
    severity: how.severity,
    message: plainMessage(`import cycle: ${[...shown, cycle[0]].join(' → ')}`),
    identity: cycle.join(' → '),
  };
}

function shownTargets({ targets }: CycleRules): readonly string[] {
  return targets.length === 0 ? ['.'] : targets.map((target) => (target.startsWith('-') ? `./${target}` : target));
}
