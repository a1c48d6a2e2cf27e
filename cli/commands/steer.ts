/** `agent pause`, `resume` and `retry`: a person's decisions, remembered as events. */
import { makeEvent, uuidv7, type EventData, type UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, pauseOf } from '../../ledger/state.ts';
import { remember, type Audience, type Remembered } from '../remember.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed, openHere, personalOrigin, type Here } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';

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
  const until = flags.for === undefined ? null : new Date(Date.now() + durationMs(flags.for)).toISOString();
  const here = await openHere(context, flags.branch);
  const noted = await note(here, [eventOf('agent:paused', agent, { flags, context, nextRunAt: until, status: 'PAUSED' })], {
    flags,
    context,
  });
  context.output.out(
    `${agent ?? 'every agent'} is paused${whereOf(flags, noted)}${until === null ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`}; agent resume${agent === null ? '' : ` ${agent}`} ends that\n`,
  );
  return exitCodeOf(noted);
}

export async function resumeCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const agent = name === undefined ? null : agentNamed(name);
  const here = await openHere(context, flags.branch);
  const noted = await note(here, [eventOf('agent:resumed', agent, { flags, context, nextRunAt: null, status: 'ACTIVE' })], {
    flags,
    context,
  });
  context.output.out(`${agent ?? 'every agent'} may run again${whereOf(flags, noted)}\n`);
  return exitCodeOf(noted);
}

/** Ends ERROR; a pause stays, because that is somebody's decision. */
export async function retryCommand(name: string | undefined, flags: SteerFlags, context: CommandContext): Promise<number> {
  const here = await openHere(context, flags.branch);
  const asked = name === undefined ? AGENT_IDS : [agentNamed(name)];
  const { out } = context.output;
  const events: UpkeepEvent[] = [];
  for (const agent of asked) {
    const memory = agentStateOf(here.state, agent, here.branch);
    const pause = pauseOf(here.state, agent, here.branch, new Date());
    if (memory.inError !== null && pause === null) {
      events.push(
        eventOf('agent:resumed', agent, {
          flags: { ...flags, branch: here.branch, reason: flags.reason ?? 'retry' },
          context,
          nextRunAt: null,
          status: 'ACTIVE',
        }),
      );
      out(`${agent} is back in the schedule: agent run ${agent} tries it at once\n`);
    } else if (pause !== null && (memory.inError !== null || name !== undefined)) {
      out(
        `${agent} is paused by ${plainLine(pause.by)}: agent resume ${agent} ends that${memory.inError === null ? '' : ', and ERROR with it'}\n`,
      );
    } else if (memory.breaker !== null) {
      out(`${agent} waits because it keeps failing on the same content: agent run ${agent} --force tries it at once\n`);
    } else if (name !== undefined) {
      out(`${agent} needs no retry: it is in the schedule\n`);
    }
  }
  if (events.length > 0) return exitCodeOf(await note(here, events, { flags, context }));
  if (name === undefined) out('no agent needs a retry\n');
  return 0;
}

/** Milliseconds of `45m`, `2h`, `3d`, `1w`. Throws UsageError. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d{1,4})\s*(m|min|h|d|w)$/.exec(text.trim()) ?? [];
  const minutes = { m: 1, min: 1, h: 60, d: 1440, w: 10_080 }[unit as 'm'] as number | undefined;
  if (amount === undefined || minutes === undefined || Number(amount) === 0) {
    throw new UsageError(`--for ${JSON.stringify(text)}: expected a length such as 45m, 2h, 3d or 1w`);
  }
  return Number(amount) * minutes * 60_000;
}

type Steering = 'agent:paused' | 'agent:resumed';

function eventOf(
  type: Steering,
  agent: AgentId | null,
  about: { flags: SteerFlags; context: CommandContext; nextRunAt: string | null; status: string },
): UpkeepEvent {
  const { flags, context, nextRunAt, status } = about;
  const id = uuidv7(new Date());
  const data: EventData<Steering> = {
    agentId: agent,
    jobId: id,
    runId: id,
    branch: flags.branch ?? '',
    status,
    by: context.environment.person,
    reason: flags.reason ?? null,
    nextRunAt,
  };
  return makeEvent(type, data, personalOrigin(context));
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
