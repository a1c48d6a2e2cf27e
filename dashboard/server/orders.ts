/** What every order has in common: in whose name it is given, about what, and that what was refused stands in the audit as well. */
import { uuidv7 } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import type { SteerScope } from '../../prisma/runs/steered-agents.ts';
import { writeAudit } from '../../prisma/runs/audit-rows.ts';
import { pausedAgents } from '../../prisma/runs/pause-rows.ts';
import { connection } from '../../prisma/sql.ts';
import type { Decider } from '../../scheduler/steer/steer-events.ts';
import type { Scope } from '../wire/agents-schema.ts';
import type { RequestContext, Visitor } from './dashboard.ts';
import { DashboardError, isFault, refusalOf } from './errors.ts';
import { databaseOf, needsRole, publicProcedure, schedulerOf } from './procedures.ts';

type OrderContext = RequestContext & { readonly visitor: Visitor };

/** Longest part of an input that the audit keeps. */
const MOST_CHARACTERS = 2000;

/** Outermost, so that it sees who was refused for a role that is too low. */
const noted = publicProcedure.use(async ({ ctx, path, getRawInput, next }) => {
  const result = await next();
  if (!result.ok && ctx.visitor !== null)
    await noteRefusal(ctx, ctx.visitor, { action: path, input: await getRawInput().catch(() => null), error: result.error });
  return result;
});

/** Anybody about what is theirs. */
export const viewerOrder = noted.use(needsRole('viewer'));
/** Somebody who may run, retry and cancel. */
export const operatorOrder = noted.use(needsRole('operator'));
/** Somebody who may also pause, resume, schedule and manage people. */
export const adminOrder = noted.use(needsRole('admin'));

/** Who decides, from where. */
export function deciderOf(ctx: OrderContext, reason: string | null | undefined): Decider {
  const { source } = schedulerOf(ctx);
  const now = (): Date => ctx.dashboard.now();
  const said = reason === undefined || reason === '' ? null : reason;
  return {
    by: ctx.visitor.login,
    reason: said,
    branch: null,
    origin: { source, correlationId: uuidv7(now()), now },
    from: ctx.request.address,
  };
}

export function steerScopeOf(scope: Scope): SteerScope {
  if (scope.kind === 'everything') return { repositoryId: null, agentId: null };
  return scope.kind === 'repository' ? { repositoryId: scope.id, agentId: null } : { repositoryId: null, agentId: scope.id };
}

/** In a transaction of its own, as that of the order was taken back. Where the database is gone there is nowhere to write it. */
async function noteRefusal(
  ctx: RequestContext,
  { login }: Visitor,
  { action, input, error }: { readonly action: string; readonly input: unknown; readonly error: unknown },
): Promise<void> {
  const database = ctx.dashboard.database();
  if (database === null || refusalOf(error).code.startsWith('DATABASE-')) return;
  const { code } = refusalOf(error);
  const detail = { from: ctx.request.address, result: code, ...(isFault(error) ? {} : { input: shortened(input) }) };
  try {
    await connection(database.pool, (sql) => writeAudit(sql, { by: login, action, subject: 'refused', detail }));
  } catch (failure) {
    ctx.dashboard.onProblem('a refused order could not be noted', failure);
  }
}

/** Passwords and the like are nobody's business. */
const SECRETS = /password|secret|token|current/i;

function shortened(input: unknown): string {
  const text = JSON.stringify(input, (key, value: unknown) => (SECRETS.test(key) ? '…' : value)) as string | undefined;
  return (text ?? '').replaceAll('\\u0000', '\\ufffd').slice(0, MOST_CHARACTERS);
}

/** Throws DashboardError for an agent that this version does not have any more. */
export function agentNamed(name: string): AgentId {
  const found = AGENT_IDS.find((id) => id === name);
  if (found === undefined) throw new DashboardError('CONFLICT-RENAMED', `this version has no agent ${name}: it only remembers its runs`);
  return found;
}

/** A pause is an administrator's decision: nobody else runs past it. Throws DashboardError `CONFLICT-PAUSED`. */
export async function requireUnpaused(ctx: OrderContext, agentIds: readonly string[]): Promise<void> {
  if (ctx.visitor.role === 'admin') return;
  const paused = await connection(databaseOf(ctx).pool, (sql) => pausedAgents(sql, agentIds));
  if (paused.size > 0)
    throw new DashboardError('CONFLICT-PAUSED', 'the agent is paused: an administrator resumes it', { agentIds: [...paused] });
}
