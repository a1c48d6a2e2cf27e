/** The schedule that an agent has in the repository at hand. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { UsageError } from '../usage-error.ts';
import { listedSchedules } from './listed-schedules.ts';

export interface AgentSchedule {
  readonly cron: string;
  readonly zone: string;
  /** Whoever set it by a command, which comes before the configuration; null when the configuration or the default holds. */
  readonly setBy: string | null;
  /** Whether the configuration lets the agent run at all. */
  readonly isEnabled: boolean;
}

/** As `agent schedule list` has it. Throws UsageError, ConfigError, GitError and DatabaseError. */
export async function scheduleOfAgent(agent: AgentId, context: CommandContext): Promise<AgentSchedule> {
  const { rows } = await listedSchedules(context, { now: new Date() });
  const row = rows.find((one) => one.agent === agent);
  if (row === undefined) throw new UsageError(`the service has no schedule of ${agent}: its configuration is of another version`);
  const { cron, timeZone: zone, setBy, isEnabled } = row;
  return { cron, zone, setBy, isEnabled };
}
