/** Tells GitHub what is planned, one after the other, and brings back what the ledger is to remember of it. */
import type { GitHub } from '../github/client.ts';
import type { CloseAsk, EscalationFacts, EscalationPolicy } from '../github/escalation-facts.ts';
import { closeEscalation, escalate, type EscalationResult } from '../github/escalation.ts';
import { makeEvent, type EventOrigin, type UpkeepEvent } from '../ledger/event.ts';
import type { Plan } from './escalate.ts';
import { JOB } from './refused-escalations.ts';

export interface CarriedOut {
  /** For the ledger; what is not among them stays in its outbox. */
  readonly events: readonly UpkeepEvent[];
  /** For the report. */
  readonly sentences: readonly string[];
}

export interface CarryOutRequest {
  readonly github: GitHub;
  readonly policy: EscalationPolicy;
  readonly origin: EventOrigin;
  /** A short name of who asks, which is remembered beside a refusal. */
  readonly asker: string;
  /** Nothing leaves: the sentences say what would be. */
  readonly isRehearsal?: boolean;
}

/** Carries out the plans until GitHub cannot be reached: the rest is left to the next run. Throws only what is no GitHubError. */
export async function carryOutEscalations(plans: readonly Plan[], ask: CarryOutRequest): Promise<CarriedOut> {
  const events: UpkeepEvent[] = [];
  const sentences: string[] = [];
  const toDo = plans.filter((plan) => plan.action !== 'hold');
  for (const [index, plan] of toDo.entries()) {
    const result = await carryOut(plan, ask);
    sentences.push(...result.notes);
    if (isLater(result, ask)) {
      const left = toDo.slice(index).map(nameOf).join(', ');
      sentences.push(`GitHub could not be told of ${left}: ${result.reason}; the next run says it`);
      break;
    }
    const sentence = sentenceOf(plan, result, ask.isRehearsal === true);
    if (sentence !== null) sentences.push(sentence);
    const event = eventOf(plan, result, ask);
    if (event !== null) events.push(event);
  }
  return { events, sentences };
}

type Doable = Exclude<Plan, { readonly action: 'hold' }>;

function carryOut(plan: Doable, { github, policy }: { github: GitHub; policy: EscalationPolicy }): Promise<EscalationResult> {
  return plan.action === 'close' ? closeEscalation(github, plan.ask, policy) : escalate(github, plan.facts, policy);
}

/** Whether the next run can say it: the token of a job that GitHub did not know is another one then. */
function isLater({ outcome, code }: EscalationResult, { asker }: CarryOutRequest): boolean {
  return outcome === 'postponed' || (outcome === 'refused' && code === 'bad-credentials' && asker === JOB);
}

/** What the ledger is to remember, or null when it is to be tried again. */
function eventOf(plan: Doable, result: EscalationResult, { origin, asker }: CarryOutRequest): UpkeepEvent | null {
  const { agent, branch, kind, run } = aboutOf(plan);
  const common = { agentId: agent, jobId: run.id, runId: run.id, branch, number: result.number, url: result.url, kind };
  const refusal = result.outcome === 'refused' && result.code !== null ? { refusal: { code: result.code, asker } } : {};
  if (plan.action === 'close') {
    if (result.outcome === 'overtaken') return null;
    // A permission may come back, and the issue would stay open for ever.
    const refused = result.outcome === 'refused' && result.mayPass ? { refused: true, ...refusal } : {};
    return makeEvent('agent:escalation-closed', { ...common, status: 'ACTIVE', streak: 0, ...refused }, origin);
  }
  if (result.outcome === 'overtaken') return null;
  const { facts } = plan;
  const told = result.told ?? { digest: facts.digest, since: facts.since.at };
  const status = kind === 'code' ? 'TRIPPED' : 'ERROR';
  const data = { ...common, status, streak: facts.streak, digest: told.digest, failingSince: told.since, ...refusal };
  if (result.outcome === 'left-closed') return makeEvent('agent:escalated', { ...data, closed: true }, origin);
  return makeEvent('agent:escalated', data, origin);
}

function sentenceOf(plan: Doable, { outcome, number, url, reason }: EscalationResult, isRehearsal: boolean): string | null {
  const name = nameOf(plan);
  const issue = url ?? `#${number}`;
  switch (outcome) {
    case 'opened':
    case 'joined':
      return `${isRehearsal ? 'an issue would be opened' : 'an issue is open'} for ${name}: ${issue}`;
    case 'reopened':
      return `the issue for ${name} ${isRehearsal ? 'would be opened again' : 'is open again'}: ${issue}`;
    case 'updated':
      return `the issue for ${name} ${isRehearsal ? 'would be brought up to date' : 'is brought up to date'}: ${issue}`;
    case 'closed':
      return `the issue for ${name} ${isRehearsal ? 'would be closed' : 'is closed'}: ${issue}`;
    case 'left-closed':
      return `a person closed the issue for ${name}, so nothing is said until it was well again: ${issue}`;
    case 'refused':
      return plan.action === 'close' ? `the issue for ${name} could not be closed: ${reason}` : `there is no issue for ${name}: ${reason}`;
    case 'unchanged':
    case 'overtaken':
    case 'noted':
    case 'nothing-open':
    case 'postponed':
      return null;
  }
}

function nameOf(plan: Doable): string {
  const { agent, branch, kind } = aboutOf(plan);
  return `${agent} on ${branch}${kind === 'operation' ? ' (operation)' : ''}`;
}

function aboutOf(plan: Doable): EscalationFacts | CloseAsk {
  return plan.action === 'close' ? plan.ask : plan.facts;
}
