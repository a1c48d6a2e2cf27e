import type { Finding } from '../ledger/finding.ts';
import type { AgentId } from '../ledger/outcome.ts';
import { mainAgent } from './plan-checks.ts';
import type { Inspection } from './inspector.ts';
import type { RunPolicy } from './run-policy.ts';

/**
 * The findings of a check that belong to `agent`: those in files it owns and looks after, and, for the first agent
 * that lists the check, those that none of its agents owns; or as the check itself divides them.
 */
export function findingsOf(
  agent: AgentId,
  { planned, report }: Pick<Inspection, 'planned' | 'report'>,
  policy: Pick<RunPolicy, 'ownerOf' | 'looksAfter'>,
): Finding[] {
  const isFirst = mainAgent(planned) === agent;
  const { division } = planned.check;
  return report.findings.filter(({ path, rule }) => {
    if (path !== null && !policy.looksAfter(agent, path)) return false;
    if (planned.agents.length === 1) return true;
    if (division !== undefined) {
      const named = Object.hasOwn(division.byRule, rule) ? division.byRule[rule] : undefined;
      return named !== undefined && planned.agents.includes(named) ? named === agent : isFirst;
    }
    if (path === null) return isFirst;
    const owner = policy.ownerOf(path);
    return planned.agents.includes(owner) ? owner === agent : isFirst;
  });
}
