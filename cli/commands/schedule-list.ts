/** `agent schedule list`: when each agent runs, in a service or by the configuration and the ledger. */
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import { describeCron } from '../../scheduler/cron/describe-cron.ts';
import { localIso } from '../../scheduler/cron/local-time.ts';
import { parseCron } from '../../scheduler/cron/parse-cron.ts';
import type { CommandContext } from '../command-context.ts';
import { listedSchedules } from '../schedule/listed-schedules.ts';
import { nextTimes, scheduleTable, stateOf } from '../schedule/schedule-table.ts';

export interface ListFlags {
  readonly json?: boolean;
  /** All repositories of the service. */
  readonly all?: boolean;
}

export async function scheduleListCommand(flags: ListFlags, context: CommandContext): Promise<number> {
  const { out, palette } = context.output;
  const now = new Date();
  const { rows, isServed } = await listedSchedules(context, { now, isOfAll: flags.all ?? false });
  if (flags.json) out(`${JSON.stringify({ schemaVersion: 1, isServed, schedules: rows.map((row) => describe(row, now)) }, null, 2)}\n`);
  else {
    out(scheduleTable(rows, { now, palette }));
    if (!isServed) out(palette.dim('no service looks after this repository: agent serve starts one; in CI the workflow starts agents\n'));
  }
  return 0;
}

function describe(row: ListedSchedule, now: Date): object {
  const { repository, branch, agent, cron, timeZone, setBy, priority, lastOutcome, lastSettledAt, lastDriftMs } = row;
  const parsed = parseCron(cron, timeZone);
  return {
    ...{ repository, branch, agent, state: stateOf(row), priority, cron, tz: timeZone, words: describeCron(cron), setBy },
    next: parsed.ok ? nextTimes(row, now).map((time) => localIso(time, parsed.value.clock)) : [],
    last: lastOutcome === null ? null : { outcome: lastOutcome, at: lastSettledAt },
    driftMs: lastDriftMs,
  };
}
