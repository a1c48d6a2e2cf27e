/** Keeps the state small whatever happens: the events are the archive. */
import { LIMITS, type AgentState, type KeyRecord, type LedgerState } from './state.ts';

/** Shortens the history of agents on branches that nothing happened to for longest, and forgets the very oldest. */
export function trimAgents(agents: LedgerState['agents']): LedgerState['agents'] {
  const newestFirst = Object.entries(agents).sort(([a, x], [b, y]) => y.sequence - x.sequence || (a < b ? -1 : 1));
  const kept = [...newestFirst.slice(0, LIMITS.agents), ...newestFirst.slice(LIMITS.agents).filter(([, agent]) => isUnfinished(agent))];
  let findings = LIMITS.findingsTotal;
  return Object.fromEntries(
    kept.map(([name, agent], index) => {
      const allowed = Math.max(LIMITS.findingsFloor, findings);
      const trimmed = index < LIMITS.fullHistory ? agent : briefly(agent);
      const keys = withFindings(trimmed.keys, allowed);
      findings -= keys.reduce((sum, key) => sum + key.findings.length, 0);
      return [name, keys === trimmed.keys ? trimmed : { ...trimmed, keys }];
    }),
  );
}

/** Whether people still wait for something: it must not be forgotten. */
function isUnfinished(agent: AgentState): boolean {
  const facts = [agent.breaker, agent.inError, agent.pausedBy, agent.proposal];
  return facts.some((fact) => fact !== null) || Object.keys(agent.escalations).length > 0;
}

function briefly(agent: AgentState): AgentState {
  if (agent.runs.length <= LIMITS.briefRuns && agent.keys.length <= LIMITS.briefKeys && agent.measures === undefined) return agent;
  const { measures: _measures, ...rest } = agent;
  return { ...rest, runs: agent.runs.slice(0, LIMITS.briefRuns), keys: agent.keys.slice(0, LIMITS.briefKeys) };
}

function withFindings(keys: readonly KeyRecord[], allowed: number): readonly KeyRecord[] {
  if (keys.every((key) => key.findings.length <= allowed)) return keys;
  return keys.map((key) => (key.findings.length <= allowed ? key : { ...key, findings: key.findings.slice(0, allowed) }));
}
