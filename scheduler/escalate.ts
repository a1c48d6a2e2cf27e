/** What people are to be told now: which issues to open, bring up to date and close, and what has to wait. Pure. */
import type { CloseAsk, EscalationFacts } from '../github/escalation-facts.ts';
import { failureOf } from '../ledger/failure.ts';
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';
import {
  agentStateOf,
  type AgentState,
  type Escalation,
  type EscalationKind,
  type LedgerState,
  type OutboxEntry,
} from '../ledger/state.ts';
import { closeAskOf, factsOf, type Here, type Ran } from './escalation-facts.ts';
import { ESCALATION_KINDS, escalationsOf, rememberedAgents, type KnownEscalation } from './known-escalations.ts';
import { mayAskAgain, unsaid, type Asking } from './refused-escalations.ts';
import { isQuiet, type QuietHours } from './quiet-hours.ts';

/** What the configuration says about speaking; see config-schema.ts. */
export interface SpeakPolicy {
  readonly threshold: number;
  /** Besides the default branch. */
  readonly branches: readonly string[];
  readonly quietHours: QuietHours | null;
  readonly maxOpenIssues: number;
}

export interface EscalateRequest {
  /** The ledger with what this process recorded. */
  readonly state: LedgerState;
  /** Null when it is not known: then only branches that the configuration names are spoken of. */
  readonly defaultBranch: string | null;
  readonly policy: SpeakPolicy;
  /** False on laptops: only CI and services speak. */
  readonly speaks: boolean;
  readonly now: Date;
  /** What this process ran, for what the ledger does not keep; null when it ran nothing. */
  readonly ran: Ran | null;
  readonly here: Here;
  /** Agents that the configuration of a branch turns off there. */
  readonly off?: { readonly branch: string; readonly agents: readonly AgentId[] };
  /** Who asks GitHub; without it nothing that was refused is asked for before its time. */
  readonly asking?: Asking;
}

/** One thing to say, or to wait with. */
export type Plan =
  { readonly action: 'open' | 'update'; readonly facts: EscalationFacts } | { readonly action: 'close'; readonly ask: CloseAsk } | Hold;

export interface Hold {
  readonly action: 'hold';
  readonly agent: OutboxEntry['agent'];
  readonly branch: string;
  readonly kind: EscalationKind;
  readonly why: 'quiet-hours' | 'too-many' | 'refused';
  /** What GitHub refused, and its code where that is known. */
  readonly refused?: { readonly what: 'issue' | 'closing'; readonly code: string | null };
}

type Wish = OutboxEntry & { readonly how?: 'left' | 'off'; readonly refused?: Hold['refused'] };

/** The plans in the order in which they are to be carried out: what closes first, then what changed, then what is new. */
export function planEscalations(request: EscalateRequest): Plan[] {
  if (!request.speaks) return [];
  const quiet = isQuiet(request.policy.quietHours, request.now);
  const wishes = wishesOf(request);
  const escalationOf = (agent: OutboxEntry['agent'], branch: string, kind: EscalationKind) =>
    agentStateOf(request.state, agent, branch).escalations[kind];
  const closing = wishes.filter(
    ({ action, agent, branch, kind }) => action === 'close' && isOpen(escalationOf(agent, branch, kind)),
  ).length;
  let room = request.policy.maxOpenIssues - openIssues(request.state) + closing;
  return wishes.flatMap((wish): Plan[] => {
    const { agent, branch, kind } = wish;
    if (quiet) return [{ action: 'hold', agent, branch, kind, why: 'quiet-hours' }];
    if (wish.refused !== undefined) return [{ action: 'hold', agent, branch, kind, why: 'refused', refused: wish.refused }];
    if (wish.action === 'escalate' && room <= 0) return [{ action: 'hold', agent, branch, kind, why: 'too-many' }];
    if (wish.action === 'escalate') room -= 1;
    return planFor(wish, request);
  });
}

/** What is to be said at all, quiet or not. */
function wishesOf(request: EscalateRequest): Wish[] {
  const { state } = request;
  const closing = [
    ...state.outbox.filter((entry) => entry.action === 'close' && isMeant(entry, request)),
    ...leftOnes(request),
    ...offOnes(request),
  ];
  const failing = state.outbox.filter((entry) => entry.action !== 'close' && isMeant(entry, request));
  const wishes = [...closing.map((wish) => unlessRefused(wish, request)), ...failing, ...refusedOnes(request)];
  return wishes.sort(
    (a, b) =>
      ORDER[a.action] - ORDER[b.action] ||
      Number(b.branch === request.defaultBranch) - Number(a.branch === request.defaultBranch) ||
      a.since - b.since ||
      AGENT_IDS.indexOf(a.agent) - AGENT_IDS.indexOf(b.agent) ||
      (a.branch < b.branch ? -1 : Number(a.branch > b.branch)) ||
      ESCALATION_KINDS.indexOf(a.kind) - ESCALATION_KINDS.indexOf(b.kind),
  );
}

const ORDER = { close: 0, update: 1, escalate: 2 } as const;

function isMeant({ action, agent, branch, kind }: OutboxEntry, request: EscalateRequest): boolean {
  const memory = agentStateOf(request.state, agent, branch);
  if (action === 'close') return closeAskOf(memory, { agent, branch, kind, request }) !== null;
  if (!isWatched(branch, request) || isOff(agent, branch, request)) return false;
  return action === 'update' || kind === 'operation' || memory.streak >= request.policy.threshold;
}

/** Not again at once what GitHub would not do: then it waits. */
function unlessRefused(wish: Wish, request: EscalateRequest): Wish {
  const issue = agentStateOf(request.state, wish.agent, wish.branch).escalations[wish.kind];
  if (issue?.refusedAt === undefined || mayAskAgain(issue, issue.refusedAt, request)) return wish;
  return { ...wish, refused: { what: 'closing', code: issue.refusal?.code ?? null } };
}

function isWatched(branch: string, { defaultBranch, policy }: EscalateRequest): boolean {
  return branch === defaultBranch || policy.branches.includes(branch);
}

function isOff(agent: AgentId, branch: string, { off }: EscalateRequest): boolean {
  return off?.branch === branch && off.agents.includes(agent);
}

/** Issues of agents that were turned off while they failed: nothing will ever heal them. */
function offOnes(request: EscalateRequest): Wish[] {
  return escalationsOf(request.state)
    .filter((one) => isOff(one.agent, one.branch, request) && isWatched(one.branch, request) && !isWell(one, request))
    .map(({ agent, branch, kind, issue, memory }) => ({
      ...({ action: 'close', how: 'off', agent, branch, kind } as const),
      number: issue.number,
      since: memory.sequence,
    }));
}

/** Whether the issue is closed anyway, because the agent is well. */
function isWell({ agent, branch, kind, memory }: KnownEscalation, request: EscalateRequest): boolean {
  return failureOf(memory, kind) === null && closeAskOf(memory, { agent, branch, kind, request }) !== null;
}

/** Issues that are open for branches that are not looked after any more. */
function leftOnes(request: EscalateRequest): Wish[] {
  if (request.defaultBranch === null) return [];
  return failures(request.state)
    .filter(({ memory, branch, kind }) => memory.escalations[kind] !== undefined && !isWatched(branch, request))
    .map(({ agent, branch, kind, memory }) => ({
      action: 'close',
      how: 'left',
      agent,
      branch,
      kind,
      number: memory.escalations[kind]?.number ?? null,
      since: memory.sequence,
    }));
}

/** Failures that GitHub would not take an issue for, or words in one: those that are to be tried again, and those that wait for it. */
function refusedOnes(request: EscalateRequest): Wish[] {
  const { state } = request;
  return failures(state).flatMap(({ agent, branch, kind, memory }): Wish[] => {
    const issue = memory.escalations[kind];
    const waits = unsaid(issue);
    const isInOutbox = state.outbox.some((entry) => entry.agent === agent && entry.branch === branch && entry.kind === kind);
    if (waits === null || isInOutbox || !isWatched(branch, request) || isOff(agent, branch, request)) return [];
    const number = issue?.number ?? null;
    const wish = { action: number === null ? 'escalate' : 'update', agent, branch, kind, number, since: memory.sequence } as const;
    return [mayAskAgain(issue, waits.at, request) ? wish : { ...wish, refused: { what: 'issue', code: waits.code } }];
  });
}

/** Everything that fails now. */
function failures(state: LedgerState): { agent: OutboxEntry['agent']; branch: string; kind: EscalationKind; memory: AgentState }[] {
  return rememberedAgents(state).flatMap(({ memory, ...who }) =>
    ESCALATION_KINDS.filter((kind) => failureOf(memory, kind) !== null).map((kind) => ({ ...who, kind, memory })),
  );
}

/** Issues that a person closed keep nobody silent. */
function openIssues(state: LedgerState): number {
  return escalationsOf(state).filter(({ issue }) => isOpen(issue)).length;
}

function isOpen(issue: Escalation | undefined): boolean {
  return issue !== undefined && issue.number !== null && issue.closed !== true;
}

function planFor(wish: Wish, request: EscalateRequest): Plan[] {
  const { agent, branch, kind } = wish;
  const memory = agentStateOf(request.state, agent, branch);
  if (wish.action === 'close') {
    const ask = closeAskOf(memory, { agent, branch, kind, request, ...(wish.how === undefined ? {} : { how: wish.how }) });
    return ask === null ? [] : [{ action: 'close', ask }];
  }
  const facts = factsOf(memory, { agent, branch, kind, request });
  return facts === null ? [] : [{ action: wish.action === 'update' ? 'update' : 'open', facts }];
}
