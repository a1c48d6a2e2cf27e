/** What the dashboard refuses, as one closed shape with codes; whatever else goes wrong is a fault of ours, and nothing of it leaves. */
import { TRPCError } from '@trpc/server';
import { asDatabaseError } from '../../prisma/connection-error.ts';
import { DatabaseError } from '../../prisma/database-error.ts';
import { SteerError, type SteerErrorCode } from '../../scheduler/steer/steer-error.ts';
import type { Failure, FailureCode, FailureKind } from '../wire/failure.ts';

/** A refusal. Its message says what was expected, what came and what to do; it goes to whoever asked. */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  readonly code: FailureCode;
  readonly details: Readonly<Record<string, unknown>> | null;

  constructor(code: FailureCode, message: string, details: Readonly<Record<string, unknown>> | null = null) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

type TrpcCode = TRPCError['code'];

const BY_KIND: Readonly<Record<FailureKind, TrpcCode>> = {
  AUTH: 'UNAUTHORIZED',
  VAL: 'BAD_REQUEST',
  'NOT-FOUND': 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  LIMIT: 'TOO_MANY_REQUESTS',
  DATABASE: 'SERVICE_UNAVAILABLE',
  SERVER: 'INTERNAL_SERVER_ERROR',
};

/** Those that HTTP has a status of its own for: known and still not allowed, too large. */
const BY_CODE: Readonly<Record<FailureCode, TrpcCode | undefined>> = {
  'AUTH-ROLE': 'FORBIDDEN',
  'AUTH-ORIGIN': 'FORBIDDEN',
  'AUTH-HOST': 'FORBIDDEN',
  'VAL-TOO-LARGE': 'PAYLOAD_TOO_LARGE',
};

/** What tRPC calls itself, with our codes for it. */
const OF_TRPC: Readonly<Partial<Record<TrpcCode, readonly [FailureCode, string]>>> = {
  PARSE_ERROR: ['VAL-BODY', 'the body, or the input in the address, is no JSON'],
  METHOD_NOT_SUPPORTED: ['VAL-METHOD', 'questions are asked by GET and orders given by POST'],
  UNSUPPORTED_MEDIA_TYPE: ['VAL-BODY', 'expected a body of application/json'],
  PAYLOAD_TOO_LARGE: ['VAL-TOO-LARGE', 'the body is larger than 64 kB'],
  NOT_FOUND: ['NOT-FOUND-PROCEDURE', 'there is no such question or order'],
  CLIENT_CLOSED_REQUEST: ['VAL-ABORTED', 'the request was given up'],
};

/** The fault, for the log alone; the refusal, for whoever asked. */
export interface Refusal {
  readonly code: FailureCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly status: TrpcCode;
}

/** Any error as a refusal; one of ours is told as no more than that. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof TRPCError) return ofTrpc(error);
  if (error instanceof DashboardError) {
    const { code, message, details } = error;
    return { code, message, details, status: statusOf(code) };
  }
  if (error instanceof SteerError) return refusal(codeOfSteering(error.code), error.message);
  // What it says names the machine of the database.
  if (error instanceof DatabaseError)
    return refusal('DATABASE-UNAVAILABLE', 'the database does not answer now: this is tried again by itself');
  const known = isOfDriver(error) ? asDatabaseError(error, '') : error;
  if (known !== error) return refusalOf(known);
  return refusal('SERVER-FAULT', 'something went wrong in the service: its log has more, under the id of this request');
}

/** As tRPC wants to have it thrown. */
export function asTrpcError(error: unknown): TRPCError {
  return error instanceof TRPCError
    ? error
    : new TRPCError({ code: refusalOf(error).status, cause: error, message: refusalOf(error).message });
}

/** Whether the log of the service is to tell of it. */
export function isFault(error: unknown): boolean {
  const { code } = refusalOf(error);
  return code.startsWith('SERVER-') || code === 'DATABASE-UNAVAILABLE';
}

export function failureOf(error: unknown, about: { readonly requestId: string; readonly now: Date }): Failure {
  const { code, message, details } = refusalOf(error);
  return { code, message, details, requestId: about.requestId, time: about.now.toISOString() };
}

function ofTrpc(error: TRPCError): Refusal {
  const { cause, code } = error;
  const issues = issuesOf(cause);
  if (code === 'BAD_REQUEST' && issues !== null) return refusal('VAL-INPUT', sentenceOf(issues), { fields: issues });
  if (cause !== undefined && !(cause instanceof TRPCError) && !isPlain(cause)) return refusalOf(cause);
  const known = OF_TRPC[code];
  if (known !== undefined) return { ...refusal(known[0], known[1]), status: code };
  return code === 'BAD_REQUEST' ? refusal('VAL-INPUT', 'the request cannot be read') : refusalOf(cause ?? null);
}

/** What the database or the way to it says; a file that is not there has the same codes. */
function isOfDriver(error: unknown): boolean {
  const {
    syscall,
    severity,
    message = '',
  } = (error ?? {}) as { readonly syscall?: string; readonly severity?: string; readonly message?: string };
  return (
    severity !== undefined || /^(connect|read|write|getaddrinfo)$/.test(syscall ?? '') || /^Connection terminated|^timeout e/.test(message)
  );
}

/** tRPC wraps what it cannot parse in errors of its own. */
function isPlain(cause: Error): boolean {
  return cause instanceof SyntaxError || cause.name === 'UnknownCauseError';
}

interface FieldIssue {
  /** `filters.agent.0`; empty: the input itself. */
  readonly field: string;
  readonly message: string;
}

const MOST_ISSUES = 20;

/** Of a zod error; null for any other. */
function issuesOf(cause: unknown): readonly FieldIssue[] | null {
  const { issues } = (cause ?? {}) as { readonly issues?: unknown };
  if (!Array.isArray(issues)) return null;
  return (issues as { readonly path?: readonly PropertyKey[]; readonly message?: string }[])
    .slice(0, MOST_ISSUES)
    .map(({ path = [], message = '' }) => ({ field: path.map(String).join('.').slice(0, 200), message: message.slice(0, 500) }));
}

function sentenceOf(issues: readonly FieldIssue[]): string {
  const [first] = issues;
  if (first === undefined) return 'the input is not what was expected';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${first.field === '' ? 'the input' : first.field}: ${first.message}${more}`;
}

function refusal(code: FailureCode, message: string, details: Refusal['details'] = null): Refusal {
  return { code, message, details, status: statusOf(code) };
}

function statusOf(code: FailureCode): TrpcCode {
  const kind = (Object.keys(BY_KIND) as FailureKind[]).find((one) => code.startsWith(`${one}-`));
  return BY_CODE[code] ?? BY_KIND[kind ?? 'SERVER'];
}

function codeOfSteering(code: SteerErrorCode): FailureCode {
  if (code === 'unknown-agent') return 'NOT-FOUND-AGENT';
  return code === 'unknown-run' ? 'NOT-FOUND-RUN' : `CONFLICT-${code.toUpperCase()}`;
}
