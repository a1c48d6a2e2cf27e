/** Where everything stands in the graph, and what is lit. Pure. */
import type { Edge, Node } from '@xyflow/react';

export interface GraphAgent {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly progress: number | null;
  /** The check under way. */
  readonly check: string | null;
  readonly outcome: string | null;
  readonly hasIssue: boolean;
  readonly triggers: readonly string[];
  readonly checks: readonly { readonly name: string; readonly outcome: string | null }[];
}

export type AgentNode = Node<{ agent: GraphAgent; isLit: boolean }, 'agent'>;
export type PlainNode = Node<
  { label: string; kind: 'trigger' | 'check' | 'result' | 'module'; outcome: string | null; isLit: boolean },
  'plain'
>;

const COLUMNS = { triggers: 0, agents: 240, checks: 560, results: 880 } as const;
const ROW = 38;
const AGENT_HEIGHT = 74;
const GAP = 18;

export const edgeOf = {
  trigger: (trigger: string, agentId: string): string => `trigger:${trigger}>${agentId}`,
  check: (agentId: string, check: string): string => `${agentId}>check:${check}`,
  branch: (agentId: string): string => `${agentId}>branch`,
  issue: (agentId: string): string => `${agentId}>issue`,
} as const;

/** `lights`: ids of edges that something passes just now. */
export function layOut(
  agents: readonly GraphAgent[],
  branch: string,
  lights: ReadonlySet<string>,
): { readonly nodes: (AgentNode | PlainNode)[]; readonly edges: Edge[] } {
  const nodes: (AgentNode | PlainNode)[] = [];
  const edges: Edge[] = [];
  const connect = (id: string, source: string, target: string): void => {
    const isLit = lights.has(id);
    edges.push({ id, source, target, animated: isLit, className: isLit ? 'lit' : '', focusable: false });
  };
  let y = 0;
  for (const agent of agents) {
    const height = Math.max(AGENT_HEIGHT, agent.checks.length * ROW);
    const isLit = [...lights].some((id) => id.includes(agent.id));
    nodes.push({
      ...{ id: agent.id, type: 'agent', position: { x: COLUMNS.agents, y: y + (height - AGENT_HEIGHT) / 2 } },
      data: { agent, isLit },
      ariaLabel: `${agent.name}: ${agent.state.toLowerCase()}`,
    });
    const first = y + (height - agent.checks.length * ROW) / 2;
    agent.checks.forEach(({ name, outcome }, index) => {
      const id = `${agent.id} ${name}`;
      const isCheckLit = agent.check === name || lights.has(edgeOf.check(agent.id, name));
      nodes.push(
        plain(
          id,
          { label: name, kind: 'check', outcome: agent.check === name ? 'running' : outcome, isLit: isCheckLit },
          { x: COLUMNS.checks, y: first + index * ROW },
        ),
      );
      connect(edgeOf.check(agent.id, name), agent.id, id);
    });
    y += height + GAP;
  }
  const triggers = [...new Set(agents.flatMap((agent) => agent.triggers))];
  const middle = (index: number, of: number): number => (y - GAP) / 2 + (index - (of - 1) / 2) * 46 - 15;
  triggers.forEach((trigger, index) => {
    const id = `trigger:${trigger}`;
    const isLit = [...lights].some((light) => light.startsWith(`${id}>`));
    nodes.push(
      plain(id, { label: trigger, kind: 'trigger', outcome: null, isLit }, { x: COLUMNS.triggers, y: middle(index, triggers.length) }),
    );
  });
  for (const agent of agents)
    for (const trigger of agent.triggers) connect(edgeOf.trigger(trigger, agent.id), `trigger:${trigger}`, agent.id);
  const results = [
    { id: 'branch', label: `commits on ${branch}`, edge: edgeOf.branch },
    { id: 'issue', label: 'issues', edge: edgeOf.issue },
  ];
  results.forEach(({ id, label, edge }, index) => {
    const isLit = agents.some((agent) => lights.has(edge(agent.id)));
    nodes.push(plain(id, { label, kind: 'result', outcome: null, isLit }, { x: COLUMNS.results, y: middle(index, results.length) }));
    for (const agent of agents)
      if (lights.has(edge(agent.id)) || (id === 'issue' && agent.hasIssue) || (id === 'branch' && agent.outcome === 'fixed'))
        connect(edge(agent.id), agent.id, id);
  });
  return { nodes, edges };
}

function plain(id: string, data: PlainNode['data'], position: PlainNode['position']): PlainNode {
  return { id, type: 'plain', position, data, ariaLabel: `${data.kind} ${data.label}` };
}
