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

const COLUMNS = { triggers: 0, agents: 240, checks: 560 } as const;
const CHECK_WIDTH = 220;
const RESULT_GAP = 100;
const RESULT_WIDTH = 160;
const MOST_CHECK_COLUMNS = 5;
const ROW = 38;
const AGENT_HEIGHT = 74;
const GAP = 18;

export const edgeOf = {
  trigger: (trigger: string, agentId: string): string => `trigger:${trigger}>${agentId}`,
  check: (agentId: string, check: string): string => `${agentId}>check:${check}`,
  branch: (agentId: string): string => `${agentId}>branch`,
  issue: (agentId: string): string => `${agentId}>issue`,
} as const;

export interface GraphFrame {
  readonly branch: string;
  /** Ids of edges that something passes just now. */
  readonly lights: ReadonlySet<string>;
  /** Width by height of the place it is shown in. */
  readonly aspect: number;
}

/** As many columns of checks as make it largest in its frame. */
export function layOut(
  agents: readonly GraphAgent[],
  { branch, lights, aspect }: GraphFrame,
): { readonly nodes: (AgentNode | PlainNode)[]; readonly edges: Edge[] } {
  const columns = bestColumns(agents, aspect);
  const results = resultsColumn(columns);
  const nodes: (AgentNode | PlainNode)[] = [];
  const edges: Edge[] = [];
  const connect = (id: string, source: string, target: string): void => {
    const isLit = lights.has(id);
    edges.push({ id, source, target, animated: isLit, className: isLit ? 'lit' : '', focusable: false });
  };
  let y = 0;
  for (const agent of agents) {
    const rows = Math.ceil(agent.checks.length / columns);
    const height = heightOf(agent, columns);
    const isLit = [...lights].some((id) => id.includes(agent.id));
    nodes.push({
      ...{ id: agent.id, type: 'agent', position: { x: COLUMNS.agents, y: y + (height - AGENT_HEIGHT) / 2 } },
      data: { agent, isLit },
      ariaLabel: `${agent.name}: ${agent.state.toLowerCase()}`,
    });
    const first = y + (height - rows * ROW) / 2;
    agent.checks.forEach(({ name, outcome }, index) => {
      const id = `${agent.id} ${name}`;
      const isCheckLit = agent.check === name || lights.has(edgeOf.check(agent.id, name));
      nodes.push(
        plain(
          id,
          { label: name, kind: 'check', outcome: agent.check === name ? 'running' : outcome, isLit: isCheckLit },
          { x: COLUMNS.checks + Math.floor(index / rows) * CHECK_WIDTH, y: first + (index % rows) * ROW },
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
  const ends = [
    { id: 'branch', label: `commits on ${branch}`, edge: edgeOf.branch },
    { id: 'issue', label: 'issues', edge: edgeOf.issue },
  ];
  ends.forEach(({ id, label, edge }, index) => {
    const isLit = agents.some((agent) => lights.has(edge(agent.id)));
    nodes.push(plain(id, { label, kind: 'result', outcome: null, isLit }, { x: results, y: middle(index, ends.length) }));
    for (const agent of agents)
      if (lights.has(edge(agent.id)) || (id === 'issue' && agent.hasIssue) || (id === 'branch' && agent.outcome === 'fixed'))
        connect(edge(agent.id), agent.id, id);
  });
  return { nodes, edges };
}

function bestColumns(agents: readonly GraphAgent[], aspect: number): number {
  const left = agents.some(({ triggers }) => triggers.length > 0) ? COLUMNS.triggers : COLUMNS.agents;
  const scaleOf = (columns: number): number => {
    const width = resultsColumn(columns) + RESULT_WIDTH - left;
    const height = agents.reduce((sum, agent) => sum + heightOf(agent, columns) + GAP, 0);
    return Math.min(aspect / width, 1 / height);
  };
  const choices = Array.from({ length: MOST_CHECK_COLUMNS }, (_, index) => index + 1);
  return choices.reduce((best, columns) => (scaleOf(columns) > scaleOf(best) ? columns : best));
}

function resultsColumn(columns: number): number {
  return COLUMNS.checks + columns * CHECK_WIDTH + RESULT_GAP;
}

function heightOf({ checks }: GraphAgent, columns: number): number {
  return Math.max(AGENT_HEIGHT, Math.ceil(checks.length / columns) * ROW);
}

function plain(id: string, data: PlainNode['data'], position: PlainNode['position']): PlainNode {
  return { id, type: 'plain', position, data, ariaLabel: `${data.kind} ${data.label}` };
}
