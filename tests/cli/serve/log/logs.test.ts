/** What a service says, in words and as JSON lines. */
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../agents/tools/redact.ts';
import { explainProblem } from '../../../../cli/serve/log/explain-problem.ts';
import { jsonLog } from '../../../../cli/serve/log/json-log.ts';
import { logLevelOf, type LogLevel } from '../../../../cli/serve/log/levels.ts';
import { lineSink } from '../../../../cli/serve/log/line-sink.ts';
import { tellOutagesOnce } from '../../../../cli/serve/log/outages.ts';
import { plainLog } from '../../../../cli/serve/log/service-log.ts';
import { DatabaseError } from '../../../../prisma/database-error.ts';
import type { ClaimedRun } from '../../../../prisma/runs/run-row.ts';
import type { EventRow } from '../../../../prisma/runs/write-events.ts';
import { runEvent, type EventSubject } from '../../../../scheduler/runs/run-events.ts';

const TOKEN = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
const PASSWORD = 'correct horse battery';
const NOW = new Date('2026-11-21T12:00:00Z');
const REDACT = createRedactor([PASSWORD]);
const RUN: EventSubject = {
  ...{ id: 'run-1', jobId: 'job-1', repositoryId: 'r', agentId: 'a', agent: 'qa', branch: 'main', correlationId: 'cause-1' },
};
const about = { source: 'service:test', at: NOW };
const cancelled = (by: string): EventRow => runEvent('agent:cancelled', RUN, { ...about, data: { status: 'ACTIVE', by } });
const dropped = runEvent('agent:slot-dropped', RUN, {
  ...about,
  data: { status: 'ACTIVE', nominalTime: NOW.toISOString(), reason: 'overlap' },
});
const queued = runEvent('agent:queued', RUN, {
  ...about,
  data: { status: 'QUEUED', position: 1, priority: 'HIGH', runAt: NOW.toISOString() },
});

function logs(level: LogLevel = 'info') {
  const out: string[] = [];
  const err: string[] = [];
  const shared = {
    print: (line: string) => out.push(line),
    level,
    redact: REDACT,
    nameOf: (id: string) => `acme/${id}`,
    explain: (error: unknown) => ({ code: 'network', message: (error as Error).message }),
    now: () => NOW,
  };
  const json = jsonLog(shared);
  const plain = plainLog({ ...shared, isMany: () => true, printProblem: (line) => err.push(line) });
  return { out, err, json, plain, parsed: () => out.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('JSON lines', () => {
  it('say for each event of a run what it is about', () => {
    const { json, parsed } = logs();
    json.observer.claimed?.([{ id: 'run-1', attempt: 2 } as ClaimedRun]);
    json.events([cancelled('ann')]);
    expect(parsed()).toEqual([
      {
        level: 'info',
        time: '2026-11-21T12:00:00.000Z',
        event: 'agent:cancelled',
        repository: 'acme/r',
        agent: 'qa',
        runId: 'run-1',
        attempt: 2,
        correlationId: 'cause-1',
        data: { jobId: 'job-1', branch: 'main', status: 'ACTIVE', by: 'ann' },
        msg: 'cancelled by ann',
      },
    ]);
  });

  it('say notes and problems', () => {
    const { json, parsed } = logs();
    json.note('stopping');
    json.problem('the leases could not be renewed', new Error('connection reset'));
    expect(parsed()).toEqual([
      { level: 'info', time: NOW.toISOString(), msg: 'stopping' },
      {
        level: 'error',
        time: NOW.toISOString(),
        error: { code: 'network', message: 'connection reset' },
        msg: 'the leases could not be renewed',
      },
    ]);
  });

  it('are one line each, whatever is in them', () => {
    const { json, out, parsed } = logs();
    json.events([cancelled('a\nb"\u001b[31m\u202e')]);
    expect(out[0]).not.toMatch(/[\n\u001b]/);
    expect(parsed()[0]?.['msg']).toBe('cancelled by a ⏎ b"\\u{202e}');
  });

  it('leave out what is below the level', () => {
    const said = (level: LogLevel): unknown[] => {
      const { json, parsed } = logs(level);
      json.events([queued, cancelled('ann'), dropped]);
      json.problem('p', new Error('e'));
      return parsed().map((line) => line['event'] ?? line['msg']);
    };
    expect(said('debug')).toEqual(['agent:queued', 'agent:cancelled', 'agent:slot-dropped', 'p']);
    expect(said('info')).toEqual(['agent:cancelled', 'agent:slot-dropped', 'p']);
    expect(said('warn')).toEqual(['agent:slot-dropped', 'p']);
    expect(said('error')).toEqual(['p']);
  });
});

describe('both logs', () => {
  it('keep secrets to themselves, known by their value or by their shape', () => {
    const { json, plain, out, err } = logs();
    for (const log of [json, plain]) {
      log.events([cancelled(`${TOKEN} and ${PASSWORD}`)]);
      log.note(`postgres://upkeep:${encodeURIComponent(PASSWORD)}@host/db with ${TOKEN}`);
      log.problem(`what of ${TOKEN}`, new Error(`password ${PASSWORD}`));
    }
    const all = [...out, ...err].join('\n');
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain(PASSWORD);
    expect(all).not.toContain(encodeURIComponent(PASSWORD));
    expect(all.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(10);
  });
});

describe('words', () => {
  it('leave out what is below the level, and never a problem', () => {
    const { plain, out, err } = logs('error');
    plain.events([cancelled('ann'), dropped]);
    plain.note('stopping');
    plain.problem('the leases could not be renewed', new Error('connection reset'));
    expect([out, err]).toEqual([[], [expect.stringMatching(/^[0-9:]{8} {2}the leases could not be renewed: connection reset$/)]]);
  });
});

describe('LOG_LEVEL', () => {
  it('is info when nobody says it, and a clear refusal when it is none', () => {
    expect([logLevelOf(null), logLevelOf('DEBUG')]).toEqual(['info', 'debug']);
    expect(() => logLevelOf('loud')).toThrow('LOG_LEVEL is "loud": expected error, warn, info or debug');
  });
});

describe('lines that nobody reads', () => {
  it('are left out when too many wait, and are counted when there is room again', () => {
    const written: string[] = [];
    const stream = { writableLength: 0 };
    const print = lineSink({ stream, write: (text) => written.push(text), lost: (count) => `${count} missing`, most: 10 });
    print('one');
    stream.writableLength = 9;
    print('two');
    print('three');
    stream.writableLength = 0;
    print('four');
    expect(written).toEqual(['one\n', '2 missing\n', 'four\n']);
  });
});

describe('a problem', () => {
  const explained = (error: unknown): unknown => explainProblem(error, { debug: false, version: '1' });

  it('is told by the words of the system or the database, and is no fault of ours', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
    expect(explained(refused)).toEqual({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:5432' });
    const both = new AggregateError([refused, Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { code: 'ECONNREFUSED' })]);
    expect(explained(both)).toEqual({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:5432; connect ECONNREFUSED ::1:5432',
    });
    const ended = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
    expect(explained(ended)).toMatchObject({ code: '57P01' });
    expect(explained(new Error('Connection terminated unexpectedly'))).toMatchObject({ code: 'disconnected' });
  });

  it('is a fault of ours where nobody else says what it is', () => {
    expect(explained(new TypeError('x is not a function'))).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('fault of upkeep') as string,
    });
  });
});

describe('an outage of the database', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  const explain = (error: unknown): ReturnType<typeof explainProblem> => explainProblem(error, { debug: false, version: '1.2.3' });

  it('is told once, with what it means, and so is its end', () => {
    const { plain, out, err } = logs();
    let time = 0;
    const log = tellOutagesOnce(plain, { explain, monotonic: () => time });
    log.problem('wake-up calls cannot be heard', refused);
    log.problem('what is due could not be looked at', new DatabaseError('unreachable', 'No PostgreSQL answers.'));
    log.problem('the leases could not be renewed', Object.assign(new Error('terminating connection'), { code: '57P01' }));
    time = 63_000;
    log.observer.looked?.(5);
    log.observer.looked?.(5);
    expect(err).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}the database does not answer, and is asked until it does; .*ECONNREFUSED/),
    ]);
    expect(out).toEqual([expect.stringMatching(/the database answers again, after 63(\.0)? s$|after 1 min/)]);
    log.problem('wake-up calls cannot be heard', refused);
    expect(err).toHaveLength(2);
  });

  it('hides nothing that is another fault', () => {
    const { plain, err } = logs();
    const log = tellOutagesOnce(plain, { explain, monotonic: () => 0 });
    log.problem('wake-up calls cannot be heard', refused);
    log.problem('traces and metrics are not taken at here:4318', refused);
    log.problem('the clones could not be looked at', new Error('disk full'));
    expect(err).toHaveLength(3);
  });
});
