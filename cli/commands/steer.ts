/** `agent pause`, `resume` and `retry`: a person's decisions, remembered as events. */
import { shellLine } from '../../agents/checks/shell-line.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { readState } from '../../ledger/read.ts';
import { remember, type Audience, type Remembered } from '../remember.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed, openHere, personalOrigin, type Here } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { pauseEvent, resumeEvent, type Decider } from '../../scheduler/steer/steer-events.ts';
import { endOf, planRetries, type Retry } from '../steer/plan-steering.ts';
import { resumedWords } from '../steer/resume-words.ts';

export interface SteerFlags {
  readonly reason?: string;
  /** Only on this branch. */
  readonly branch?: string;
  readonly shared?: boolean;
  /** Length of a pause: `30m`, `2h`, `3d`. */
  readonly for?: string;
}

export async function pauseCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  const until = flags.for === undefined ? null : endOf(flags.for, new Date());
  const here = await openHere(context, flags.branch);
  const events = meant(agent, flags).map((one) => pauseEvent(one, deciderOf(flags, context), until));
  const noted = await note(here, events, { flags, context });
  const end = [agent ?? [], flags.branch === undefined ? [] : ['--branch', flags.branch], flags.shared === true ? '--shared' : []].flat();
  context.output.out(
    `${agent ?? 'every agent'} is paused${whereOf(flags, noted)}${until === null ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`}; ${plainLine(shellLine(['agent', 'resume', ...end]))} ends that\n`,
  );
  return exitCodeOf(noted);
}

export async function resumeCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  const here = await openHere(context, flags.branch);
  const events = meant(agent, flags).map((one) => resumeEvent(one, deciderOf(flags, context)));
  const noted = await note(here, events, { flags, context });
  const { layered, shared } = await readState(here.ledger);
  const after = { state: layered, shared, branch: here.branch, now: new Date() };
  context.output.out(`${agent ?? 'every agent'} ${plainLine(resumedWords(agent, after, { where: whereOf(flags, noted), quote: '' }))}\n`);
  return exitCodeOf(noted);
}

/** A pause of all agents knows no branch: on one branch each of them is meant by itself. */
function meant(agent: AgentId | null, { branch }: SteerFlags): readonly (AgentId | null)[] {
  return agent === null && branch !== undefined ? AGENT_IDS : [agent];
}

/** Ends ERROR; a pause stays, because that is somebody's decision. */
export async function retryCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const here = await openHere(context, flags.branch);
  const asked = name === undefined ? AGENT_IDS : [agentNamed(name)];
  const { out } = context.output;
  const retries = planRetries(asked, { state: here.state, shared: here.shared, branch: here.branch, now: new Date() });
  for (const retry of retries) {
    const sentence = retrySentence(retry, name !== undefined);
    if (sentence !== null) out(`${sentence}\n`);
  }
  const decider = { ...deciderOf(flags, context), branch: here.branch, reason: flags.reason ?? 'retry' };
  const events = retries.filter(({ kind }) => kind === 'back').map(({ agent }) => resumeEvent(agent, decider));
  if (events.length > 0) return exitCodeOf(await note(here, events, { flags, context }));
  if (name === undefined) out('no agent needs a retry\n');
  return 0;
}

/** Of agents that nobody named, only those are spoken of that a retry concerns. */
function retrySentence({ agent, kind, inError, pause, resume }: Retry, isNamed: boolean): string | null {
  switch (kind) {
    case 'back':
      return `${agent} is back in the schedule: agent run ${agent} tries it at once`;
    case 'paused': {
      if (!inError && !isNamed) return null;
      return `${agent} is paused by ${plainLine(pause?.by ?? '')}: ${resume.join(' and ')} ${resume.length === 1 ? 'ends' : 'end'} that${inError ? ', and ERROR with it' : ''}`;
    }
    case 'waits':
      return `${agent} waits because it keeps failing on the same content: agent run ${agent} --force tries it at once`;
    case 'none':
      return isNamed ? `${agent} needs no retry: it is in the schedule` : null;
  }
}

function deciderOf(flags: SteerFlags, context: CommandContext): Decider {
  return {
    by: context.environment.person,
    reason: flags.reason ?? null,
    branch: flags.branch ?? null,
    origin: personalOrigin(context),
  };
}

/** Remembers the events and says so when not everyone knows of them who was to. */
async function note(here: Here, events: readonly UpkeepEvent[], ask: { flags: SteerFlags; context: CommandContext }): Promise<Remembered> {
  const noted = await remember(here, events, await audienceOf(here, ask));
  if (noted.is === 'unshared') ask.context.output.err(`${plainLine(noted.why)}\n`);
  return noted;
}

/** 3 when there is someone who does not know of it yet. */
function exitCodeOf(noted: Remembered): number {
  return noted.is === 'unshared' && noted.hasRemote ? 3 : 0;
}

/** Who is to know of it; the remote is the one that runs deliver to. Throws ConfigError. */
async function audienceOf(here: Here, { flags, context }: { flags: SteerFlags; context: CommandContext }): Promise<Audience> {
  if (flags.shared !== true) return { shared: false };
  const { repository } = here;
  if (repository.head === null) return { shared: true, remote: 'origin', store: 'ref' };
  const { loadSettings } = await import('../run/load-settings.ts');
  const { environment, version } = context;
  const ci = environment.github !== null;
  const { delivery, ledger } = (await loadSettings({ repository, base: repository.head, flags: {}, environment, ci, version })).loaded
    .config;
  return { shared: true, remote: delivery.remote, store: ledger.store };
}

function whereOf(flags: SteerFlags, noted: Remembered): string {
  const branch = flags.branch === undefined ? '' : ` on ${plainLine(flags.branch)}`;
  return `${branch}${noted.is === 'shared' ? ', for everyone' : ' in this clone'}`;
}
