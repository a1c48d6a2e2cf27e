/** What a service says as JSON lines, one for each event, note and problem: for what collects logs. */
import pino from 'pino';
import type { UpkeepEvent } from '../../../ledger/event.ts';
import { plainLine } from '../../reporters/plain-text.ts';
import { serviceLine } from '../service-lines.ts';
import { levelOf, type LogLevel } from './levels.ts';
import type { ExplainProblem, ServiceLog } from './service-log.ts';

export interface JsonLogSettings {
  /** Takes one line without its line feed. */
  readonly print: (line: string) => void;
  readonly level: LogLevel;
  readonly redact: (text: string) => string;
  readonly nameOf: (repositoryId: string) => string;
  readonly explain: ExplainProblem;
  readonly now: () => Date;
}

/** Data of events that are long, and are in the database and the ledger. */
const LEFT_OUT: ReadonlySet<string> = new Set(['agentId', 'runId', 'findings', 'blobs', 'key', 'producedKey', 'checks']);

/** Each line has `level`, `time`, `msg`; those of a run also `repository`, `agent`, `runId`, `attempt`, `correlationId`. */
export function jsonLog(settings: JsonLogSettings): ServiceLog {
  const { print, level, redact, nameOf, explain, now } = settings;
  const attempts = new Map<string, number>();
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => print(line.trimEnd()) },
  );
  const say = (at: LogLevel, fields: object, text: string): void => logger[at](redacted(fields, redact) as object, plainLine(redact(text)));

  function tell(event: UpkeepEvent, repository: string | null): void {
    const { type, subject, correlationid, data } = event;
    const { runId, agentId } = data;
    const own = 'attempt' in data ? data.attempt : attempts.get(runId);
    const about = Object.fromEntries(Object.entries(data).filter(([name]) => !LEFT_OUT.has(name)));
    const fields = {
      event: type,
      ...(repository === null ? {} : { repository }),
      ...(agentId === null ? {} : { agent: subject }),
      ...(runId === '' ? {} : { runId }),
      ...(own === undefined ? {} : { attempt: own }),
      correlationId: correlationid,
      data: about,
    };
    say(levelOf(event), fields, wordsOf(event));
  }

  return {
    events(rows) {
      for (const { envelope, repositoryId } of rows) {
        const event = envelope as UpkeepEvent;
        // A start was told when it happened.
        if (event.type !== 'agent:started') tell(event, repositoryId === null ? null : nameOf(repositoryId));
      }
    },
    progress: (event, repository) => tell(event, repository),
    note: (text) => say('info', {}, text),
    problem(what, error) {
      const { code, message } = explain(error);
      say('error', { error: { code, message } }, what);
    },
    status: (event) => tell(event, null),
    observer: {
      claimed: (runs) => runs.forEach(({ id, attempt }) => attempts.set(id, attempt)),
      finished: (ended) => ended.forEach(({ run }) => attempts.delete(run.id)),
      lost: ({ id }) => void attempts.delete(id),
    },
  };
}

/** The words that people read, without the agent before them. */
function wordsOf(event: UpkeepEvent): string {
  return serviceLine(event)?.replace(/^\S+ +/, '') ?? event.type;
}

/** Each text in a value by itself, so that what is left is still JSON. */
function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => redacted(one, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, redacted(one, redact)]));
}
