/** The schedule that an agent has in the repository at hand. */
import { catalog } from '../../agents/catalog.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import { openHere } from '../here.ts';
import type { CommandContext } from '../command-context.ts';
import { loadSettings } from '../run/load-settings.ts';
import { UsageError } from '../usage-error.ts';

export interface AgentSchedule {
  readonly cron: string;
  readonly zone: string;
  /** Whoever set it by a command, which comes before the configuration; null when the configuration or the default holds. */
  readonly setBy: string | null;
  /** Whether the configuration lets the agent run at all. */
  readonly isEnabled: boolean;
}

/** Reads the configuration of the commit that is checked out, and what the ledger says. Throws UsageError, ConfigError and GitError. */
export async function scheduleOfAgent(agent: AgentId, context: CommandContext): Promise<AgentSchedule> {
  const { repository, state } = await openHere(context);
  if (repository.head === null)
    throw new UsageError(`${repository.branch ?? 'HEAD'} has no commit yet, so there is no configuration to read`);
  const { environment, version } = context;
  const ci = environment.github !== null;
  const { loaded } = await loadSettings({ repository, base: repository.head, flags: {}, environment, ci, version });
  const settings = loaded.config.agents[agent];
  const set = scheduleSetFor(state, agent);
  return {
    cron: set?.cron ?? settings.schedule ?? catalog.find(({ id }) => id === agent)?.schedule ?? '',
    zone: set?.zone ?? settings.timeZone,
    setBy: set?.by ?? null,
    isEnabled: settings.enabled,
  };
}
