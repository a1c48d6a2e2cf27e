/** No module needs itself to load; where the repository has rules about imports of its own, those of layer-rules count instead. */
import type { FindingDraft, Severity } from '../../ledger/finding.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { findCycleRules, isCycleConfig } from './cycle-rules.ts';
import type { CycleRules } from './cycle-rules.ts';
import { describeCycle } from './describe-cycle.ts';
import { findCycles, knotsOf } from './find-cycles.ts';
import { isImportConfig, isImportSource, readImportGraph, unreadSentence } from './import-graph.ts';
import { findCycleRuleOwner, isLayerConfig } from './layer-setup.ts';
import { shellLine } from './shell-line.ts';
import { toolPrefix } from './tool-line.ts';
import { isInside } from './tool-setup.ts';

/** Where the repository has no rule of its own. */
const MOST_OF_A_KNOT = 3;

/** The check `import-cycles`. */
export const importCycles: Check = {
  id: 'import-cycles',
  title: 'Import cycles',
  detect: async (project) => {
    if (project.files.filter(isImportSource).length < 2)
      return { applies: false, why: 'there are no two source files in JavaScript or TypeScript' };
    const owner = await findCycleRuleOwner(project);
    if (owner !== null) return { applies: false, why: `${owner} has the rules, which layer-rules runs` };
    const rules = findCycleRules(project);
    return {
      applies: true,
      why: rules.why,
      origin: rules.tool === null ? 'bundled' : 'repository',
      needsDependencies: false,
      reads: (path) => isImportSource(path) || isImportConfig(path) || isCycleConfig(path) || isLayerConfig(path),
      seesEveryPath: true,
    };
  },
  inspect: (context) => inspectGraph(context, findCycleRules(context.project)),
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
  const cycles = findCycles(arrows);
  const told = rules.tool === null ? firstOfKnots(cycles, knotsOf(arrows)) : cycles.map((cycle) => ({ cycle, more: '' }));
  const drafts = told.map(({ cycle, more }) =>
    cycleDraft(cycle, { severity, more, line: lines.get(`${cycle[0]}\0${cycle[1] ?? cycle[0]}`) ?? null }),
  );
  const unread = unreadSentence(read.graph);
  const command =
    drafts.length > 0 && rules.tool === 'madge'
      ? shellLine([...toolPrefix(context.project.packageManager), 'madge', '--circular', ...shownTargets(rules)])
      : null;
  return reportFindings({ id: 'import-cycles', context }, drafts, { command, ...(unread === '' ? {} : { hint: unread }) });
}

interface ToldCycle {
  readonly cycle: readonly string[];
  /** What its message ends with. */
  readonly more: string;
}

/** Who never asked for it is told the shortest cycles of modules that are all tangled with each other, and how many there are. */
function firstOfKnots(cycles: readonly (readonly string[])[], knots: readonly (readonly string[])[]): ToldCycle[] {
  return knots.flatMap((knot) => {
    const members = new Set(knot);
    const own = cycles.filter(([first = '']) => members.has(first)).sort((one, other) => one.length - other.length);
    const more = own.length <= MOST_OF_A_KNOT ? '' : ` (${own.length} cycles tie the same ${knot.length} modules to each other)`;
    return own.slice(0, MOST_OF_A_KNOT).map((cycle, at) => ({ cycle, more: at === 0 ? more : '' }));
  });
}

function cycleDraft(cycle: readonly string[], how: { severity: Severity; line: number | null; more: string }): FindingDraft {
  return {
    path: cycle[0] ?? null,
    line: how.line,
    rule: 'import-cycle',
    severity: how.severity,
    message: plainMessage(`${describeCycle(cycle)}${how.more}`),
    identity: cycle.join(' → '),
  };
}

function shownTargets({ targets }: CycleRules): readonly string[] {
  return targets.length === 0 ? ['.'] : targets.map((target) => (target.startsWith('-') ? `./${target}` : target));
}
