/** The schedules of the repository at hand, without a service: as the configuration and the ledger have them. */
import { catalog } from '../../agents/catalog.ts';
import type { AgentId, Priority } from '../../ledger/outcome.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import { agentStateOf, pauseOf } from '../../ledger/state.ts';
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import { nextFireTime } from '../../scheduler/cron/fire-times.ts';
import { parseCron } from '../../scheduler/cron/parse-cron.ts';
import type { CommandContext } from '../command-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { openHere, type Here } from '../here.ts';
import { loadSettings } from '../run/load-settings.ts';
import { UsageError } from '../usage-error.ts';

/** What the configuration says of one agent, whatever a person set. */
export interface ConfiguredSchedule {
  readonly cron: string;
  readonly zone: string;
  readonly priority: Priority;
  readonly isEnabled: boolean;
}

export interface SchedulesHere {
  readonly here: Here;
  readonly configured: (agent: AgentId) => ConfiguredSchedule;
}

/** Reads the configuration of the commit that is checked out, and the ledger. Throws UsageError, ConfigError and GitError. */
export async function schedulesHere(context: CommandContext): Promise<SchedulesHere> {
  const here = await openHere(context);
  const { repository } = here;
  if (repository.head === null)
    throw new UsageError(`${repository.branch ?? 'HEAD'} has no commit yet, so there is no configuration to read`);
  const { environment, version } = context;
  const ci = environment.github !== null;
  const { config } = (await loadSettings({ repository, base: repository.head, flags: {}, environment, ci, version })).loaded;
  return { here, configured: (agent) => configuredSchedule(agent, config) };
}

export function configuredSchedule(agent: AgentId, config: ResolvedConfig): ConfiguredSchedule {
  const settings = config.agents[agent];
  const known = catalog.find(({ id }) => id === agent);
  return {
    cron: settings.schedule ?? known?.schedule ?? '',
    zone: settings.timeZone,
    priority: settings.priority ?? known?.priority ?? 'NORMAL',
    isEnabled: settings.enabled,
  };
}

/** One row an agent; nobody knows here what runs, or how late it began. */
export function listHere({ here, configured }: SchedulesHere, now: Date): ListedSchedule[] {
  const { state, branch, repository } = here;
  return catalog.map(({ id }) => {
    const { cron, zone, priority, isEnabled } = configured(id);
    const set = scheduleSetFor(state, id);
    const { inError, breaker, last } = agentStateOf(state, id, branch);
    const isPaused = pauseOf(state, id, branch, now) !== null;
    const parsed = parseCron(set?.cron ?? cron, set?.zone ?? zone);
    const isOut = !isEnabled || isPaused || inError !== null || !parsed.ok;
    return {
      repository: repository.root ?? repository.gitDir,
      ...{ agent: id, branch, isEnabled, isPaused, isRunning: false, isQueued: false },
      cron: set?.cron ?? cron,
      timeZone: set?.zone ?? zone,
      setBy: set?.by ?? null,
      priority: set?.priority ?? priority,
      isInError: inError !== null,
      isTripped: breaker !== null,
      nextRunAt: isOut ? null : nextFireTime(parsed.value, now),
      lastOutcome: last?.outcome ?? null,
      lastSettledAt: last === null ? null : new Date(last.at),
      lastDriftMs: null,
    };
  });
}
