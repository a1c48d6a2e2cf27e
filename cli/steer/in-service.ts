/** Pause, resume and retry by the service that looks after the repository. */
import { shellLine } from '../../agents/checks/shell-line.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { pauseOf } from '../../ledger/state.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import { resumeEvent } from '../../scheduler/steer/steer-events.ts';
import { endOfPause } from '../../scheduler/steer/steering.ts';
import type { CommandContext } from '../command-context.ts';
import { openHere, type Here } from '../here.ts';
import { remember } from '../remember.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { away, count, OUTCOME_WORDS } from '../wording.ts';
import { resumedSentence } from './resume-words.ts';
import { deciderOf, type SteerFlags } from './steer-flags.ts';
import type { Order, Paused, ResumedAgent, SteeringService } from './steering-service.ts';

/** Where it holds: the service knows it now, and the shared ledger with its next word. */
const WHERE = ', for everyone';

export interface InService {
  readonly service: SteeringService;
  /** Whether the service looks after a clone of the repository at hand. */
  readonly isHere: boolean;
  /** Null: all of the repository, or with `everything` of all repositories. */
  readonly agent: AgentId | null;
  readonly flags: SteerFlags;
  readonly context: CommandContext;
}

/** Throws SteerError. 130 when Ctrl-C ended the waiting for a run; the pause holds then. */
export async function pauseInService(ask: InService, until: string | null): Promise<number> {
  const { service, agent, flags, context } = ask;
  const { out } = context.output;
  const report = await service.pause({
    ...orderOf(ask),
    until: until === null ? null : new Date(until),
    running: flags.cancel ? 'cancel' : flags.afterRun ? 'let-end' : 'refuse',
  });
  const end = shellLine(['agent', 'resume', ...(flags.everything ? ['--everything'] : agent === null ? [] : [agent])]);
  const whole = until === null ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`;
  out(`${nameOf(ask)} is paused${WHERE}${whole}; ${plainLine(end)} ends that\n`);
  sayWithdrawn(report, context);
  return report.under.length === 0 ? 0 : waitFor(report, ask);
}

function orderOf({ agent, flags }: InService): Order {
  return { agent, everything: flags.everything ?? false, reason: flags.reason ?? null };
}

function sayWithdrawn({ withdrawn }: Paused, { output }: CommandContext): void {
  if (withdrawn.length === 0) return;
  const agents = [...new Set(withdrawn.map(({ agent }) => agent))].join(', ');
  output.out(`${count(withdrawn.length, 'run')} that had not started ${withdrawn.length === 1 ? 'is' : 'are'} skipped: ${agents}\n`);
}

async function waitFor({ under }: Paused, { service, flags, context }: InService): Promise<number> {
  const { output, signal } = context;
  const runs = under.map(({ agent, runId }) => `${agent} (run ${runId})`).join(', ');
  output.err(`${flags.cancel ? 'ending' : 'waiting for the end of'} ${runs}; Ctrl-C stops waiting, and the pause holds\n`);
  const ids = under.map(({ runId }) => runId);
  const hasEnded = await service.waitFor(ids, {
    signal,
    onEnd: ({ agent, outcome }) => output.out(`${agent} ${OUTCOME_WORDS[outcome as 'passed']}\n`),
  });
  return hasEnded ? 0 : 130;
}

/** Ends what holds agents back in the service, and a pause of this clone's own with it. Throws SteerError. */
export async function resumeInService(ask: InService): Promise<number> {
  const { service, agent, context, isHere } = ask;
  const { out } = context.output;
  const isHeldHere = isHere && (await resumeHere(await openHere(context), ask));
  const agents = await service.resume(orderOf(ask)).catch(async (error: unknown): Promise<ResumedAgent[]> => {
    if (!isHeldHere || !(error instanceof SteerError) || error.code !== 'not-paused') throw error;
    return (await service.held(orderOf(ask))).map((held) => ({ ...held, nextRunAt: null }));
  });
  const byName = new Map(agents.map((one) => [one.agent, one]));
  const stays = (name: string): string | null => {
    const pause = byName.get(name)?.pause ?? null;
    return pause === null ? null : `paused by ${pause.by}: ${endOfPause({ agent: name, pause })} ends that`;
  };
  const words = resumedSentence([...byName.keys()], stays, WHERE);
  const next = agent === null ? null : (byName.get(agent)?.nextRunAt ?? null);
  out(`${nameOf(ask)} ${plainLine(words)}${next === null ? '' : `; it comes next ${away(next, new Date())}`}\n`);
  return 0;
}

/** A pause of this clone alone would keep `agent run` here from running it, whatever the service does. */
async function resumeHere(here: Here, { agent, flags, context }: InService): Promise<boolean> {
  const now = new Date();
  const asked = agent === null ? AGENT_IDS : [agent];
  const isOwn = asked.some((one) => {
    const held = pauseOf(here.state, one, here.branch, now);
    return held !== null && held !== pauseOf(here.shared, one, here.branch, now);
  });
  if (isOwn) await remember(here, [resumeEvent(agent, deciderOf(flags, context))], { shared: false });
  return isOwn;
}

/** Throws SteerError when one agent is named and needs no retry. */
export async function retryInService(ask: InService): Promise<number> {
  const { service, agent, context } = ask;
  const { out } = context.output;
  const retried = await service.retry(orderOf(ask));
  for (const one of retried) {
    const { refusal } = one;
    if (refusal === null) out(`${one.agent} is back in the schedule, and tried at once (run ${one.runId ?? ''})\n`);
    else if (agent !== null) throw new SteerError(refusal.code, refusal.words);
    // Of agents that nobody named, only those are spoken of that a retry concerns.
    else if (refusal.code === 'keeps-failing' || (refusal.code === 'paused' && one.isInError)) out(`${plainLine(refusal.words)}\n`);
  }
  if (!retried.some(({ refusal }) => refusal === null)) out('no agent needs a retry\n');
  return 0;
}

function nameOf({ agent, flags }: Pick<InService, 'agent' | 'flags'>): string {
  return flags.everything === true ? 'every agent of every repository' : (agent ?? 'every agent');
}
