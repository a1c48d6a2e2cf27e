/** The live tree of agents and checks, as data: events go in, lines come out. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Outcome } from '../../ledger/outcome.ts';
import type { Palette } from '../palette.ts';
import { duration, OUTCOME_SIGNS, OUTCOME_WORDS, REASON_WORDS } from '../wording.ts';
import { plainLine } from './plain-text.ts';

interface CheckNode {
  readonly name: string;
  message: string;
  outcome: Outcome | null;
  durationMs: number | null;
}

interface AgentNode {
  readonly name: string;
  readonly startedAt: number;
  readonly checks: Map<string, CheckNode>;
  message: string;
  outcome: Outcome | null;
  durationMs: number | null;
}

/** Agents in the order in which they were first heard of. */
export interface TreeState {
  readonly agents: Map<string, AgentNode>;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;

/** Takes in one event; those that are not about an agent's run change nothing. */
export function applyToTree(tree: TreeState, event: UpkeepEvent): void {
  const name = event.data.agentId;
  if (name === null) return;
  if (event.type === 'agent:started') {
    const checks = new Map(
      event.data.checks.map((check): [string, CheckNode] => [check, { name: check, message: '', outcome: null, durationMs: null }]),
    );
    tree.agents.set(name, { name, startedAt: Date.parse(event.time), checks, message: '', outcome: null, durationMs: null });
    return;
  }
  if (event.type === 'agent:skipped') {
    tree.agents.set(name, {
      name,
      startedAt: Date.parse(event.time),
      checks: new Map(),
      message: REASON_WORDS[event.data.reason],
      outcome: 'skipped',
      durationMs: null,
    });
    return;
  }
  const agent = tree.agents.get(name);
  if (!agent) return;
  if (event.type === 'agent:progress') applyProgress(agent, event.data);
  if (event.type === 'agent:retrying') agent.message = `tries again: ${REASON_WORDS[event.data.reason]}`;
  if (event.type === 'agent:cancelled') agent.outcome = 'cancelled';
  if (event.type === 'agent:completed' || event.type === 'agent:failed') {
    agent.outcome = event.data.outcome;
    agent.durationMs = event.data.durationMs;
    agent.message = OUTCOME_WORDS[event.data.outcome];
  }
}

function applyProgress(agent: AgentNode, data: Extract<UpkeepEvent, { type: 'agent:progress' }>['data']): void {
  if (data.check === null) {
    agent.message = data.message;
    return;
  }
  const check = agent.checks.get(data.check) ?? { name: data.check, message: '', outcome: null, durationMs: null };
  agent.checks.set(data.check, check);
  check.message = data.message;
  // A check that runs again after a fix is under way again.
  check.outcome = data.outcome;
  check.durationMs = data.durationMs;
}

/** The tree as text, lines cut to the terminal's width. `frame` turns the spinners. */
export function renderTree(tree: TreeState, look: { now: number; columns: number; frame: number; palette: Palette }): string {
  const lines: string[] = [];
  for (const agent of tree.agents.values()) {
    const time = agent.durationMs ?? (agent.outcome === null ? look.now - agent.startedAt : null);
    lines.push(line({ indent: '', node: agent, time }, look));
    if (agent.outcome !== null) continue;
    for (const check of agent.checks.values()) lines.push(line({ indent: '  ', node: check, time: check.durationMs }, look));
  }
  return lines.join('\n');
}

type Look = Parameters<typeof renderTree>[1];

function line({ indent, node, time }: { indent: string; node: CheckNode | AgentNode; time: number | null }, look: Look): string {
  const { palette } = look;
  const sign = node.outcome === null ? (FRAMES[look.frame % FRAMES.length] ?? '') : OUTCOME_SIGNS[node.outcome];
  const name = plainLine(node.name).padEnd(14 - indent.length);
  const tail = time === null ? '' : `  ${duration(Math.max(0, time))}`;
  const room = Math.max(0, look.columns - indent.length - 2 - name.length - 2 - tail.length - 1);
  const message = cut(plainLine(node.message), room);
  return `${indent}${colored(node.outcome, sign, palette)} ${palette.strong(name)}  ${message}${palette.dim(tail)}`;
}

/** Colours a text by how something ended. */
export function colored(outcome: Outcome | null, text: string, palette: Palette): string {
  if (outcome === 'passed' || outcome === 'fixed') return palette.good(text);
  if (outcome === 'failed' || outcome === 'errored') return palette.bad(text);
  return outcome === 'cancelled' ? palette.warn(text) : palette.dim(text);
}

/** Cut to a width; wide characters are counted as two so that no line wraps. */
function cut(text: string, width: number): string {
  let used = 0;
  let result = '';
  for (const character of text) {
    used += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (used > width) return `${result.slice(0, -1)}…`;
    result += character;
  }
  return result;
}
