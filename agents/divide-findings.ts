import type { Finding } from '../ledger/finding.ts';
import type { AgentId } from '../ledger/outcome.ts';
import type { Inspection } from './inspector.ts';
import type { RunPolicy } from './run-policy.ts';

/**
 * The findings of a check that belong to `agent`: those in files it owns and looks after, and, for the first agent
 * that lists the check, those that none of its agents owns.
 */
export function findingsOf(
  agent: AgentId,
  { planned, report }: Pick<Inspection, 'planned' | 'report'>,
  policy: Pick<RunPolicy, 'ownerOf' | 'looksAfter'>,
): Finding[] {
  const isFirst = planned.agents[0] === agent;
  return report.findings.filter(({ path }) => {
    if (path === null) return isFirst;
    if (!policy.looksAfter(agent, path)) return false;
    if (planned.agents.length === 1) return true;
    const owner = policy.ownerOf(path);
    return planned.agents.includes(owner) ? owner === agent : isFirst;
  });
}
