/** `agent schedule set`: a schedule that comes before the configuration's, in a service or in the ledger. */
import type { AgentId, Priority } from '../../ledger/outcome.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import { describeCron } from '../../scheduler/cron/describe-cron.ts';
import { fireTimesBetween } from '../../scheduler/cron/fire-times.ts';
import { parseCron, type CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import { canonicalTimeZone } from '../../scheduler/cron/zone-name.ts';
import { scheduleEvent, type SetSchedule } from '../../scheduler/steer/steer-events.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { schedulesHere, type ConfiguredSchedule, type SchedulesHere } from '../schedule/schedules-here.ts';
import { timesText } from '../schedule/times-text.ts';
import { findService, type RunningService } from '../serve/running-service.ts';
import { exitCodeOfNote, noteForAudience } from '../steer/note.ts';
import { deciderOf } from '../steer/steer-flags.ts';
import { UsageError } from '../usage-error.ts';

export interface SetFlags {
  readonly tz?: string;
  readonly priority?: Priority;
  /** Puts the configuration's back. */
  readonly default?: boolean;
  readonly shared?: boolean;
}

const TIMES = 3;
const LAST = new Date(8.64e15);

/** Throws UsageError for what the calculator does not accept, SteerError, ConfigError and LedgerError. */
export async function scheduleSetCommand(
  { name, expression }: { readonly name: string; readonly expression: string | undefined },
  flags: SetFlags,
  context: CommandContext,
): Promise<number> {
  const agent = agentNamed(name);
  requireSomething(expression, flags);
  if (context.server !== null) return setRemotely(agent, { expression, flags, server: context.server, context });
  const schedules = await schedulesHere(context);
  const configured = schedules.configured(agent);
  await using service = await findService(context);
  const current = await currentOf(agent, { schedules, service });
  const set = flags.default
    ? { cron: configured.cron, zone: configured.zone, priority: null, isDefault: true }
    : { cron: expression ?? current.cron, zone: flags.tz ?? current.zone, priority: flags.priority ?? current.priority, isDefault: false };
  const parsed = parseCron(set.cron, set.zone);
  if (!parsed.ok) throw new UsageError(`${parsed.error.code === 'zone' ? '--tz: ' : ''}${parsed.error.message}`);
  const chosen: SetSchedule = { ...set, zone: wellWritten(set.zone) };
  return service === null
    ? await setInLedger(agent, { set: chosen, parsed: parsed.value, schedules, flags, context })
    : await setInService(agent, { set: chosen, parsed: parsed.value, configured, service, context });
}

/** The zone as it is commonly written, but never an older name of it. */
function wellWritten(zone: string): string {
  const known = canonicalTimeZone(zone);
  return known !== null && known.toLowerCase() === zone.toLowerCase() ? known : zone;
}

function requireSomething(expression: string | undefined, flags: SetFlags): void {
  const isGiven = expression !== undefined || flags.tz !== undefined || flags.priority !== undefined;
  if (flags.default && isGiven) throw new UsageError('--default puts the schedule of the configuration back: give no other one with it');
  if (!flags.default && !isGiven)
    throw new UsageError('expected an expression such as "0 2 * * *", --tz, --priority, or --default for that of the configuration');
}

interface Current {
  readonly cron: string;
  readonly zone: string;
  /** Null: that of the configuration. */
  readonly priority: Priority | null;
}

/** What holds now, where only a part of it is to change. */
async function currentOf(
  agent: AgentId,
  { schedules, service }: { readonly schedules: SchedulesHere; readonly service: RunningService | null },
): Promise<Current> {
  const set = scheduleSetFor(schedules.here.state, agent);
  const { cron, zone } = schedules.configured(agent);
  const known = { cron: set?.cron ?? cron, zone: set?.zone ?? zone, priority: set?.priority ?? null };
  if (service === null) return known;
  const [{ steeredAgents }, { connection }] = await Promise.all([
    import('../../prisma/runs/steered-agents.ts'),
    import('../../prisma/sql.ts'),
  ]);
  const { repositoryId, database } = service;
  const rows = await connection(database.pool, (sql) => steeredAgents(sql, { repositoryId, agentId: null }));
  const row = rows.find((one) => one.agent === agent);
  return { cron: row?.cron ?? known.cron, zone: row?.timeZone ?? known.zone, priority: known.priority };
}

/** Throws UsageError where the service gives the agent no schedule. */
async function setRemotely(
  agent: AgentId,
  {
    expression,
    flags,
    server,
    context,
  }: { readonly expression: string | undefined; readonly flags: SetFlags; readonly server: string; readonly context: CommandContext },
): Promise<number> {
  const [{ openRemote }, { setRemoteSchedule }] = await Promise.all([
    import('../remote/remote-service.ts'),
    import('../remote/remote-schedules.ts'),
  ]);
  const row = await setRemoteSchedule(openRemote(server, context), agent, {
    ...(expression === undefined ? {} : { cron: expression }),
    ...(flags.tz === undefined ? {} : { timeZone: flags.tz }),
    ...(flags.priority === undefined ? {} : { priority: flags.priority }),
    isDefault: flags.default ?? false,
  });
  const parsed = row === undefined ? null : parseCron(row.cron, row.timeZone);
  if (row === undefined || parsed?.ok !== true) throw new UsageError(`the service has no schedule of ${agent}`);
  const set = { cron: row.cron, zone: row.timeZone, priority: flags.priority ?? null, isDefault: flags.default ?? false };
  say(agent, { set, parsed: parsed.value, context, where: ', for everyone', isOut: row.nextRunAt === null });
  return 0;
}

interface Setting {
  readonly set: SetSchedule;
  readonly parsed: CronSchedule;
  readonly context: CommandContext;
}

async function setInService(
  agent: AgentId,
  ask: Setting & { readonly configured: ConfiguredSchedule; readonly service: RunningService },
): Promise<number> {
  const { set, service, context, configured } = ask;
  const [{ setSchedule }, { scopeOf }] = await Promise.all([
    import('../../scheduler/steer/set-schedule.ts'),
    import('../steer/by-database.ts'),
  ]);
  const scope = await scopeOf(service, agent);
  const report = await setSchedule(service.database, {
    scope,
    decider: deciderOf({}, context),
    set,
    ...(set.isDefault ? { defaultPriority: configured.priority } : {}),
  });
  say(agent, { ...ask, where: ', for everyone', isOut: report.nextRunAt === null });
  return 0;
}

async function setInLedger(
  agent: AgentId,
  ask: Setting & { readonly schedules: SchedulesHere; readonly flags: SetFlags },
): Promise<number> {
  const { set, context, schedules, flags } = ask;
  const event = scheduleEvent(agent, deciderOf({}, context), set);
  const noted = await noteForAudience(schedules.here, [event], { shared: flags.shared === true, context });
  say(agent, { ...ask, where: noted.is === 'shared' ? ', for everyone' : ' in this clone', isOut: false });
  const stays = set.isDefault && flags.shared !== true ? scheduleSetFor(schedules.here.shared, agent) : null;
  if (stays !== null)
    context.output.err(
      `${plainLine(`${stays.by} set ${stays.cron} for everyone, and that stays: agent schedule set ${agent} --default --shared ends it`)}\n`,
    );
  return exitCodeOfNote(noted);
}

function say(agent: AgentId, { set, parsed, context, where, isOut }: Setting & { readonly where: string; readonly isOut: boolean }): void {
  const { out, err, palette } = context.output;
  const priority = set.priority === null ? '' : `, ${set.priority}`;
  const whose = set.isDefault ? ' as the configuration says' : '';
  const now = new Date();
  out(
    `${palette.strong(`${agent}: ${describeCron(set.cron)}`)} – ${plainLine(set.zone)}${priority}${where}${whose}\n${timesText(fireTimesBetween(parsed, { from: now, to: LAST }, TIMES), parsed, { now, palette })}`,
  );
  if (isOut) err(`${agent} is out of the schedule for now: agent why ${agent} tells why\n`);
}
