/** `agent pause`, `resume` and `retry`: a person's decisions, remembered as events. */
import { shellLine } from '../../agents/checks/shell-line.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { readState } from '../../ledger/read.ts';
import { agentStateOf, pauseOf } from '../../ledger/state.ts';
import type { Remembered } from '../remember.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed, openHere, type Here } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { refusalWords } from '../../scheduler/agent-states.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import { pauseEvent, resumeEvent } from '../../scheduler/steer/steer-events.ts';
import { exitCodeOfNote, noteForAudience } from '../steer/note.ts';
import { endOf, planRetries, type Retry } from '../steer/plan-steering.ts';
import { resumedWords } from '../steer/resume-words.ts';
import { deciderOf, requireSense, requireService, serviceMeant, type SteerFlags } from '../steer/steer-flags.ts';

export async function pauseCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  const until = flags.for === undefined ? null : endOf(flags.for, new Date());
  requireSense(agent, flags);
  await using meant = await serviceMeant(flags, context);
  if (meant !== null) return await (await import('../steer/in-service.ts')).pauseInService({ ...meant, agent, flags, context }, until);
  requireService(flags);
  const here = await openHere(context, flags.branch);
  const events = meantAgents(agent, flags).map((one) => pauseEvent(one, deciderOf(flags, context), until));
  const noted = await noteForAudience(here, events, { shared: flags.shared === true, context });
  const end = [agent ?? [], flags.branch === undefined ? [] : ['--branch', flags.branch], flags.shared === true ? '--shared' : []].flat();
  context.output.out(
    `${agent ?? 'every agent'} is paused${whereOf(flags, noted)}${until === null ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`}; ${plainLine(shellLine(['agent', 'resume', ...end]))} ends that\n`,
  );
  return exitCodeOfNote(noted);
}

/** Throws SteerError `not-paused` where there is nothing to resume. */
export async function resumeCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  requireSense(agent, flags);
  await using meant = await serviceMeant(flags, context);
  if (meant !== null) return await (await import('../steer/in-service.ts')).resumeInService({ ...meant, agent, flags, context });
  requireService(flags);
  const here = await openHere(context, flags.branch);
  requireHeld(agent, here);
  const events = meantAgents(agent, flags).map((one) => resumeEvent(one, deciderOf(flags, context)));
  const noted = await noteForAudience(here, events, { shared: flags.shared === true, context });
  const { layered, shared } = await readState(here.ledger);
  const after = { state: layered, shared, branch: here.branch, now: new Date() };
  context.output.out(`${agent ?? 'every agent'} ${plainLine(resumedWords(agent, after, { where: whereOf(flags, noted), quote: '' }))}\n`);
  return exitCodeOfNote(noted);
}

/** A pause of all agents knows no branch: on one branch each of them is meant by itself. */
function meantAgents(agent: AgentId | null, { branch }: SteerFlags): readonly (AgentId | null)[] {
  return agent === null && branch !== undefined ? AGENT_IDS : [agent];
}

/** Ends ERROR; a pause stays, because that is somebody's decision. Throws SteerError when one agent is named and needs none. */
export async function retryCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  await using meant = await serviceMeant(flags, context);
  if (meant !== null) return await (await import('../steer/in-service.ts')).retryInService({ ...meant, agent, flags, context });
  const here = await openHere(context, flags.branch);
  const asked = agent === null ? AGENT_IDS : [agent];
  const { out } = context.output;
  const retries = planRetries(asked, { state: here.state, shared: here.shared, branch: here.branch, now: new Date() });
  for (const retry of retries) {
    const sentence = retrySentence(retry, agent !== null);
    if (sentence !== null) out(`${sentence}\n`);
  }
  const decider = { ...deciderOf(flags, context), branch: here.branch, reason: flags.reason ?? 'retry' };
  const events = retries.filter(({ kind }) => kind === 'back').map(({ agent }) => resumeEvent(agent, decider));
  if (events.length > 0) return exitCodeOfNote(await noteForAudience(here, events, { shared: flags.shared === true, context }));
  if (agent === null) out('no agent needs a retry\n');
  return 0;
}

/** Of agents that nobody named, only those are spoken of that a retry concerns; for one that is named a refusal is thrown. */
function retrySentence({ agent, kind, inError, pause, resume }: Retry, isNamed: boolean): string | null {
  if (kind === 'back') return `${agent} is back in the schedule: agent run ${agent} tries it at once`;
  const refusal = ({ paused: 'paused', waits: 'keeps-failing', none: 'needs-no-retry' } as const)[kind];
  const end = `${resume.join(' and ')} ${resume.length === 1 ? 'ends' : 'end'}`;
  const words = plainLine(refusalWords(refusal, { agent, inError, endOfPause: end, ...(pause === null ? {} : { pausedBy: pause.by }) }));
  if (isNamed) throw new SteerError(refusal, words);
  return refusal === 'needs-no-retry' || (refusal === 'paused' && !inError) ? null : words;
}

/** Throws SteerError unless one of the agents that are meant is paused or in ERROR. */
function requireHeld(agent: AgentId | null, { state, branch }: Here): void {
  const asked = agent === null ? AGENT_IDS : [agent];
  const now = new Date();
  if (asked.some((one) => pauseOf(state, one, branch, now) !== null || agentStateOf(state, one, branch).inError !== null)) return;
  throw new SteerError(
    'not-paused',
    agent === null ? 'no agent is paused: there is nothing to resume' : refusalWords('not-paused', { agent }),
  );
}

function whereOf(flags: SteerFlags, noted: Remembered): string {
  const branch = flags.branch === undefined ? '' : ` on ${plainLine(flags.branch)}`;
  return `${branch}${noted.is === 'shared' ? ', for everyone' : ' in this clone'}`;
}
