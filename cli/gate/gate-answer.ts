/** What the gate says: whether the agents have anything to do, and why. Pure; it decides by the functions that `agent run` decides by. */
import type { Agent } from '../../agents/agent.ts';
import { exitCodeOf } from '../../agents/exit-code.ts';
import { AGENT_IDS, TRIGGERS, type AgentId } from '../../ledger/outcome.ts';
import type { KeyedAgent, KnownTree } from '../../ledger/known-tree.ts';
import { agentStateOf, type KeyRecord, type LedgerState } from '../../ledger/state.ts';
import { decideRuns, type Decision } from '../../scheduler/decide-runs.ts';
import { planEscalations } from '../../scheduler/escalate.ts';
import { isPast } from '../../scheduler/night-turn.ts';
import type { CiContext } from '../ci/ci-context.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { isNewer } from '../newer-version.ts';
import { agentSentence } from '../reporters/summary.ts';
import { skippedReport } from '../run/skipped-report.ts';
import { shortSha } from '../wording.ts';
import type { GateLedger } from './gate-ledger.ts';

/** What is checked out. */
export interface GateHead {
  readonly commit: string;
  readonly tree: string;
  /** Absent where the ledger knows the commit. */
  readonly parents?: readonly string[];
}

/** Everything that is known at the gate. */
export interface GateFacts {
  readonly context: CiContext;
  /** The commit that is checked out, and its tree; null when there is no checkout. */
  readonly head: GateHead | null;
  readonly ledger: GateLedger;
  /** Null when the payload does not tell it. */
  readonly defaultBranch: string | null;
  /** Whether issues can be spoken to at all. */
  readonly hasToken: boolean;
  /** Version of this program. */
  readonly version: string;
  readonly now: Date;
}

export interface GateLine {
  readonly agent: AgentId;
  readonly isDue: boolean;
  /** One sentence. */
  readonly why: string;
}

export interface GateAnswer {
  readonly isDue: boolean;
  /** One sentence. */
  readonly headline: string;
  /** One an agent that is enabled or, where that is not known, each. */
  readonly agents: readonly GateLine[];
  /** Why it was not possible to tell and agents are taken for due, or null. */
  readonly warning: string | null;
  /** That of `agent run` where nothing is due: 1 or 3 over errors that are left, else 0. */
  readonly exitCode: number;
}

/** The answer to the event. */
export function gateAnswer(facts: GateFacts): GateAnswer {
  const { context, head, ledger } = facts;
  if (context.nothingFollows !== null) return { ...NOTHING, headline: `nothing due: ${plainLine(context.nothingFollows)}` };
  const who = plainLine(context.actor ?? 'somebody');
  if (context.comment !== null) return asked(facts, `${who} wrote a command in #${context.comment.number}`);
  if (context.isReadOnly) return asked(facts, `the commits of ${context.event} are looked at; nothing is pushed`);
  if (context.inputs.force) return asked(facts, `${who} asks for a run whatever is remembered`);
  if (context.inputs.agents.some((name) => !isAgentId(name))) return unclear(facts, `${who} names an agent that is not one of the six`);
  if (context.branch === null) return unclear(facts, `the event ${plainLine(context.event)} names no branch`);
  if (head === null) return unclear(facts, 'there is no checkout here');
  if (ledger.kind === 'unreadable') return unclear(facts, `the ledger could not be read: ${plainLine(ledger.why)}`);
  if (ledger.kind === 'absent') return asked(facts, 'there is no ledger yet');
  return byState({ facts, state: ledger.state, branch: context.branch, head });
}

const NOTHING = { isDue: false, agents: [], warning: null, exitCode: 0 } as const;

/** Due, and nothing of it is in doubt. */
function asked({ context }: GateFacts, why: string): GateAnswer {
  const asked = context.comment === null ? AGENT_IDS.filter((agent) => isAsked(context, agent)) : [];
  const agents = asked.map((agent) => ({ agent, isDue: true, why }));
  return { isDue: true, headline: `due: ${why}`, agents, warning: null, exitCode: 0 };
}

/** Due because it cannot be told: never a green skip. */
function unclear(facts: GateFacts, why: string): GateAnswer {
  return { ...asked(facts, why), headline: `taken for due: ${why}`, warning: why };
}

interface Looked {
  readonly facts: GateFacts;
  readonly state: LedgerState;
  readonly branch: string;
  readonly head: GateHead;
}

function byState(looked: Looked): GateAnswer {
  const { facts, state, branch, head } = looked;
  const { context, now } = facts;
  const known = state.trees.find((tree) => tree.branch === branch);
  const news = newsOf(known, looked);
  // What is paused or in ERROR does not depend on the content; the rest of an unknown tree is for `agent run` to tell.
  const keyed = news === null && known !== undefined ? known.agents : AGENT_IDS.map(whateverItIs);
  const off = news === null ? context.inputs.agents.find((name) => !keyed.some(({ agentId }) => agentId === name)) : undefined;
  if (off !== undefined) return unclear(facts, `the configuration turns ${off} off`);
  const decisions = decideRuns({
    agents: keyed.filter(({ agentId }) => isAsked(context, agentId)).map(agentOf),
    branch,
    state,
    shared: state,
    keys: news === null ? Object.fromEntries(keyed.map(({ agentId, key }) => [agentId, key])) : {},
    trigger: context.trigger,
    touched: context.range?.isOwn === true && context.range.after === head.commit ? new Set() : null,
    force: false,
    now,
    isDue:
      context.isDueOnly && news === null
        ? (agent, last) =>
            isDue(
              keyed.find(({ agentId }) => agentId === agent.id),
              last,
              now,
            )
        : null,
    waiting: {},
    onTurn: new Set(news === null ? keyed.filter((agent) => isOnTurn(agent, looked, known)).map(({ agentId }) => agentId) : []),
  });
  const agents = decisions.map((decision) => lineOf(decision, looked, { news, keyed, known }));
  const due = agents.filter((line) => line.isDue).map(({ agent }) => agent);
  if (due.length > 0)
    return { isDue: true, headline: `due on ${plainLine(branch)}: ${due.join(', ')}`, agents, warning: null, exitCode: 0 };
  if (isToBeSaid(looked, known))
    return { isDue: true, headline: 'due: an issue is still to be opened, changed or closed', agents, warning: null, exitCode: 0 };
  const runs = decisions.flatMap((decision) => (decision.kind === 'skip' ? [skippedReport(decision, null)] : []));
  const exitCode = exitCodeOf({ runs, delivery: { outcome: 'nothing' } }, false);
  const left = exitCode === 0 ? '' : '; what failed before is still there';
  return { ...NOTHING, headline: `nothing due on ${plainLine(branch)} at ${shortSha(head.commit)}${left}`, agents, exitCode };
}

/** Why the keys of the tree are not known, or null when they are. */
function newsOf(known: KnownTree | undefined, { facts, branch, head }: Looked): string | null {
  if (known === undefined) return `CI has not looked at ${plainLine(branch)} yet`;
  if (known.tree !== head.tree) return `the content of ${shortSha(head.commit)} is new`;
  return isNewer(facts.version, known.version) ? `upkeep ${facts.version} is newer than ${known.version}, which looked last` : null;
}

function lineOf(
  decision: Decision,
  looked: Looked,
  { news, keyed, known }: { news: string | null; keyed: readonly KeyedAgent[]; known: KnownTree | undefined },
): GateLine {
  const { agent } = decision;
  if (decision.kind === 'skip') {
    const sentence = agentSentence(skippedReport(decision, null)).replace(/^skipped – /, '');
    return { agent: agent.id, isDue: false, why: decision.hint === null ? sentence : `${sentence}; ${plainLine(decision.hint)}` };
  }
  if (news !== null) return { agent: agent.id, isDue: true, why: news };
  const memory = agentStateOf(looked.state, agent.id, looked.branch);
  const keyedAgent = keyed.find(({ agentId }) => agentId === agent.id);
  const why = reasonOf(memory.keys[0], keyedAgent, { looked, known });
  const dueAt = keyedAgent?.dueAt ?? null;
  const slot = looked.facts.context.isDueOnly && dueAt !== null ? `; its slot was ${dueAt.slice(0, 16).replace('T', ' ')} UTC` : '';
  return { agent: agent.id, isDue: true, why: `${why}${slot}` };
}

/** Why an agent is due on a tree that is known. */
function reasonOf(
  last: KeyRecord | undefined,
  keyed: KeyedAgent | undefined,
  { looked, known }: { readonly looked: Looked; readonly known: KnownTree | undefined },
): string {
  if (last === undefined) return 'it has not run here yet';
  if (last.errors > 0) return 'errors were left';
  if (!last.delivered) return 'its repair did not arrive';
  if (keyed !== undefined && isNightDue(keyed, looked)) return 'its checks of the night have their turn';
  return keyed !== undefined && isOnTurn(keyed, looked, known) ? 'commits came whose contents are gone again' : 'its content is new';
}

/** As due.ts has it, by the slot that was worked out when the tree was noted; a run that was noted elsewhere since then makes it unknown. */
function isDue(keyed: KeyedAgent | undefined, lastRunAt: Date | null, now: Date): boolean {
  if (keyed === undefined || lastRunAt === null || keyed.lastRunAt === null) return true;
  if (Date.parse(keyed.lastRunAt) !== lastRunAt.getTime()) return true;
  return keyed.dueAt !== null && Date.parse(keyed.dueAt) <= now.getTime();
}

/** For the night, or for commits that came and went without a trace in the tree. */
function isOnTurn(agent: KeyedAgent, looked: Looked, known: KnownTree | undefined): boolean {
  const { commitsRead } = agentStateOf(looked.state, agent.agentId, looked.branch);
  const { commit, parents = [] } = looked.head;
  const isSeen = known?.commit === commit || (parents.length === 1 && parents[0] === known?.commit);
  return isNightDue(agent, looked) || (commitsRead !== undefined && !isSeen);
}

/** By the night that was noted with the tree, unless a run elsewhere has taken it since. */
function isNightDue({ agentId, nightlyDueAt }: KeyedAgent, { state, branch, facts }: Looked): boolean {
  if (nightlyDueAt === undefined) return false;
  const { nightly } = agentStateOf(state, agentId, branch);
  return (nightly === undefined || nightly.dueAt === nightlyDueAt) && isPast({ dueAt: nightlyDueAt }, facts.now);
}

/** Whether people are still to be told something that the outage of an earlier run left over. */
function isToBeSaid({ facts, state, branch }: Looked, known: KnownTree | undefined): boolean {
  if (!facts.hasToken || known === undefined) return false;
  const here = { attempt: 1, runUrl: null, webUrl: null };
  const plans = planEscalations({
    state,
    defaultBranch: facts.defaultBranch,
    policy: known.speak,
    speaks: true,
    now: facts.now,
    ran: null,
    here,
    off: { branch, agents: AGENT_IDS.filter((id) => !known.agents.some(({ agentId }) => agentId === id)) },
  });
  return plans.some(({ action }) => action !== 'hold');
}

function isAsked({ inputs }: CiContext, agent: AgentId): boolean {
  return inputs.agents.length === 0 || inputs.agents.includes(agent);
}

function agentOf({ agentId, triggers }: KeyedAgent): Agent {
  return { id: agentId, title: agentId, summary: '', priority: 'NORMAL', schedule: '', triggers, checks: [] };
}

function whateverItIs(agentId: AgentId): KeyedAgent {
  return { agentId, key: '', triggers: TRIGGERS, lastRunAt: null, dueAt: null };
}

function isAgentId(name: string): name is AgentId {
  return (AGENT_IDS as readonly string[]).includes(name);
}
