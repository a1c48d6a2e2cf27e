/** What further steps of a job can go on from: `steps.<id>.outputs.<name>`. */
import { hasErrorsLeft } from '../../agents/exit-code.ts';
import type { RunReport } from '../../agents/run-report.ts';
import type { Outcome } from '../../ledger/outcome.ts';

/** The first that an agent ended with is that of the run. */
const WORST_FIRST: readonly Outcome[] = ['cancelled', 'errored', 'failed', 'fixed', 'passed', 'skipped'];

/** Lists are separated by spaces, paths by line ends. */
export function runOutputs(report: RunReport): Record<string, string> {
  const { runs, delivery } = report;
  const ended = runs.map((run) => (run.outcome === 'skipped' && hasErrorsLeft(run) ? 'failed' : run.outcome));
  return {
    'exit-code': String(report.exitCode),
    outcome: WORST_FIRST.find((outcome) => ended.includes(outcome)) ?? 'skipped',
    agents: runs.flatMap((run) => (run.outcome === 'skipped' ? [] : [run.agent])).join(' '),
    failed: runs.flatMap((run) => (hasErrorsLeft(run) ? [run.agent] : [])).join(' '),
    delivery: delivery.outcome,
    commits: delivery.commits.join(' '),
    head: report.head,
    'pull-requests': delivery.proposals.flatMap(({ number, state }) => (number === null || state === 'closed' ? [] : [number])).join(' '),
    patches: delivery.patches.join('\n'),
  };
}
