/** Downloads: events and the audit as NDJSON or CSV, the log of a check as text. Read a page at a time, as fast as it is taken. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodType } from 'zod';
import { auditPage } from '../../../prisma/read/audit-page.ts';
import { eventPage } from '../../../prisma/read/event-page.ts';
import type { EventPlace } from '../../../prisma/runs/read-events.ts';
import { exportAuditQuery, exportEventsQuery, exportLogQuery } from '../../wire/events-schema.ts';
import type { RequestContext } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import { auditFilters, auditRow, eventFilters, eventRow } from '../event-rows.ts';
import { databaseOf, requireRole } from '../procedures.ts';
import { requireRun } from '../run-details.ts';
import { checkLog, isOver } from '../run-log.ts';
import { requireStorable } from '../stored-text.ts';
import { csvLine } from './csv.ts';

export type MakeContext = (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>;

const PAGE = 500;
/** Rows of one download. */
const MOST_ROWS = 200_000;
const TYPES = { ndjson: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

export function addExports(server: FastifyInstance, createContext: MakeContext): void {
  server.get('/api/export/events', async (request, reply) => {
    const { ctx, query } = await asked(request, reply, { createContext, schema: exportEventsQuery });
    const { format } = query;
    const lines = eventLines(ctx, query);
    return download(reply, { name: `events.${format}`, type: TYPES[format], lines });
  });
  server.get('/api/export/audit', async (request, reply) => {
    const { ctx, query } = await asked(request, reply, { createContext, schema: exportAuditQuery });
    const { format } = query;
    return download(reply, { name: `audit.${format}`, type: TYPES[format], lines: auditLines(ctx, query) });
  });
  server.get('/api/export/log', async (request, reply) => {
    const { ctx, query } = await asked(request, reply, { createContext, schema: exportLogQuery });
    const run = await requireRun(databaseOf(ctx).prisma, query.run);
    const about = { runId: run.id, check: query.check, isSettled: isOver(run, ctx.dashboard.now()) };
    const name = `${run.agent}-${query.check}-${run.id}.log`.replaceAll(/[^\w.-]/g, '_');
    // Before a word is sent, so that a log that is not there is told as such.
    const first = await checkLog(databaseOf(ctx).pool, { ...about, after: 0 });
    return download(reply, { name, type: 'text/plain; charset=utf-8', lines: logParts(ctx, about, first) });
  });
}

/** Whoever may read. Throws DashboardError `AUTH-*`, `VAL-INPUT`. */
async function asked<Query>(
  request: FastifyRequest,
  reply: FastifyReply,
  { createContext, schema }: { readonly createContext: MakeContext; readonly schema: ZodType<Query> },
): Promise<{ readonly ctx: RequestContext; readonly query: Query }> {
  const ctx = await createContext(request, reply);
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- as it came
  if (ctx.visitor === null && ctx.unknownBecause !== null) throw ctx.unknownBecause;
  requireRole(ctx.visitor, 'viewer');
  requireStorable(request.query);
  const parsed = schema.safeParse(request.query);
  if (parsed.success) return { ctx, query: parsed.data };
  const fields = parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ field: path.join('.'), message }));
  throw new DashboardError('VAL-INPUT', `${fields[0]?.field ?? ''}: ${fields[0]?.message ?? 'the query is not what was expected'}`, {
    fields,
  });
}

function download(
  reply: FastifyReply,
  { name, type, lines }: { readonly name: string; readonly type: string; readonly lines: AsyncIterable<string> },
): FastifyReply {
  return reply.type(type).header('content-disposition', `attachment; filename="${name}"`).send(Readable.from(lines));
}

type EventsQuery = Parameters<typeof eventFilters>[0] & { readonly format: 'ndjson' | 'csv' };

async function* eventLines(ctx: RequestContext, query: EventsQuery): AsyncGenerator<string> {
  const isCsv = query.format === 'csv';
  if (isCsv) yield csvLine(['cursor', 'time', 'type', 'source', 'subject', 'repositoryId', 'agentId', 'runId', 'correlationid', 'data']);
  let before: EventPlace | null = null;
  for (let rows = 0; rows < MOST_ROWS;) {
    const page: Awaited<ReturnType<typeof eventPage>> = await eventPage(databaseOf(ctx).prisma, {
      filters: eventFilters(query),
      before,
      after: null,
      limit: PAGE,
    });
    for (const row of page.events.map(eventRow)) {
      const { cursor, repositoryId, agentId, runId, event } = row;
      const { time, type, source, subject, correlationid, data } = event;
      yield isCsv
        ? csvLine([cursor, time, type, source, subject, repositoryId, agentId, runId, correlationid, JSON.stringify(data)])
        : `${JSON.stringify(row)}\n`;
    }
    rows += page.events.length;
    before = page.next;
    if (before === null) return;
  }
}

type AuditQuery = Parameters<typeof auditFilters>[0] & { readonly format: 'ndjson' | 'csv' };

async function* auditLines(ctx: RequestContext, query: AuditQuery): AsyncGenerator<string> {
  const isCsv = query.format === 'csv';
  if (isCsv) yield csvLine(['id', 'at', 'by', 'address', 'action', 'subject', 'result', 'detail']);
  let before: number | null = null;
  for (let rows = 0; rows < MOST_ROWS; rows += PAGE) {
    const page = await auditPage(databaseOf(ctx).prisma, { filters: auditFilters(query), before, limit: PAGE });
    for (const row of page.map(auditRow)) {
      const { id, at, by, address, action, subject, result, detail } = row;
      yield isCsv ? csvLine([id, at, by, address, action, subject, result, JSON.stringify(detail)]) : `${JSON.stringify(row)}\n`;
    }
    before = page.at(-1)?.id ?? null;
    if (page.length < PAGE || before === null) return;
  }
}

async function* logParts(
  ctx: RequestContext,
  about: { readonly runId: string; readonly check: string; readonly isSettled: boolean },
  first: Awaited<ReturnType<typeof checkLog>>,
): AsyncGenerator<string> {
  let part = first;
  while (part.text !== '') {
    yield part.text;
    part = await checkLog(databaseOf(ctx).pool, { ...about, after: part.next });
  }
}
