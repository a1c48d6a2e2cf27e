/** Carries out runs in a process of their own: its own group, a pipe that ends with us, and its identity noted for whoever has to end it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endGroup, signalGroup } from '../../agents/tools/process-group.ts';
import { processIdentity } from '../../git/process-identity.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { CarriedEnd, Carrier, CarrierPort, Executor } from '../../scheduler/executor.ts';
import type { Variables } from '../environment.ts';
import { CARRY_VERSION, lineOf, messageOf, type CarryEnd, type CarryRequest, type FromCarrier } from '../carry/messages.ts';

export interface ProcessExecutorSettings {
  /** The program and its arguments up to `-C <clone> carry`. */
  readonly command: readonly [string, ...string[]];
  readonly env: Variables;
  /** Absolute path of the clone of a repository, or null when this service has none. */
  cloneOf(repositoryId: string): string | null;
  readonly source: string;
  /** Retries that a run may have. */
  readonly retryLimit: number;
  readonly graceMs: number;
  redact(text: string): string;
  /** Runs of whose checks another attempt begins. */
  onBegin?(runIds: readonly string[]): void;
  /** What the tools of a check printed. */
  onLog?(runIds: readonly string[], check: string, text: string): void;
}

/** Variables that only the service needs: a run, and the tools in it, never learn them. */
const OF_THE_SERVICE = /^(DATABASE_URL|UPKEEP_WEBHOOK_SECRET.*|UPKEEP_STATE|OTEL_.*|PG.*)$/;
const TAIL_CHARACTERS = 2000;
/** Told on the way, and shown, but not kept. */
const PASSING: ReadonlySet<string> = new Set(['agent:progress', 'scheduler:status']);

/** Never throws. */
export function processExecutor(settings: ProcessExecutorSettings): Executor {
  return (runs, port) => {
    const [first] = runs;
    const clone = first === undefined ? null : settings.cloneOf(first.repositoryId);
    if (first === undefined || clone === null) return nothingStarted(runs, 'this service has no clone of the repository');
    const request = requestOf(runs, settings);
    if (request === null) return nothingStarted(runs, 'this version has no such agent');
    const [program, ...before] = settings.command;
    const child = spawn(program, [...before, '-C', clone, 'carry'], {
      // A group of its own, which can be ended as a whole.
      detached: true,
      env: Object.fromEntries(Object.entries(settings.env).filter(([name]) => !OF_THE_SERVICE.test(name))),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return carrierOf(child, { runs, request, port, settings });
  };
}

interface Carrying {
  readonly runs: readonly ClaimedRun[];
  readonly request: CarryRequest;
  readonly port: CarrierPort;
  readonly settings: ProcessExecutorSettings;
}

function carrierOf(child: ChildProcess, carrying: Carrying): Carrier {
  const { runs, request, port, settings } = carrying;
  const waits = new Map(runs.map(({ id }) => [id, Promise.withResolvers<CarriedEnd>()]));
  const endRest = (end: CarriedEnd): void => {
    for (const wait of waits.values()) wait.resolve(end);
  };
  const events: UpkeepEvent[] = [];
  /** When each check began, by run and check. */
  const starts = new Map<string, string>();
  let tail = '';
  let isStopped = false;
  const answer = (question: number, ok: boolean): void => {
    if (child.stdin?.writable === true) child.stdin.write(lineOf({ kind: 'leave', question, ok }));
  };
  const onMessage = (message: FromCarrier): void => {
    switch (message.kind) {
      case 'event':
        if (!PASSING.has(message.event.type)) events.push(message.event);
        noteStart(starts, message.event);
        port.tell(message.event);
        break;
      case 'log':
        settings.onLog?.(
          message.runIds.filter((id) => waits.has(id)),
          message.check,
          message.text,
        );
        break;
      case 'may-leave':
        port.mayDeliver().then(
          (held) =>
            answer(
              message.question,
              runs.every(({ id }) => held.has(id)),
            ),
          // Who cannot ask must not deliver.
          () => answer(message.question, false),
        );
        break;
      case 'ends':
        for (const end of message.ends)
          waits.get(end.runId)?.resolve({ kind: 'ended', result: resultOf(end, carrying, { events, starts }) });
        break;
      case 'later':
        endRest({ kind: 'returned', delayMs: message.delayMs });
        break;
    }
  };
  child.stdin?.on('error', () => undefined); // it has ended, and `close` tells of that
  if (child.stdout !== null) {
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const message = messageOf<FromCarrier>(line, ['event', 'log', 'may-leave', 'ends', 'later']);
      if (message !== null) onMessage(message);
    });
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (tail = `${tail}${text}`.slice(-TAIL_CHARACTERS)));
  child.on('error', (error) => endRest({ kind: 'crashed', message: `the process of the run could not be started: ${error.message}` }));
  // Whatever is left in its group would keep the pipes open. What it started otherwise has its own groups, which end with it.
  child.on('exit', () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'));
  child.on('close', (code, signal) => {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const said = settings.redact(tail).trim();
    endRest(
      isStopped
        ? { kind: 'returned' }
        : { kind: 'crashed', message: `the process of the run ended with ${how}${said === '' ? '' : `: ${said}`}` },
    );
  });
  const kill = async (): Promise<void> => {
    isStopped = true;
    if (child.pid !== undefined) await endGroup(child.pid, 0);
  };
  // It learns what to do when it is noted who does it: a service that dies before leaves nothing behind that has begun.
  if (child.pid !== undefined) {
    const noted = port.identify({ pid: child.pid, processStartedAt: processIdentity(child.pid).startedAt });
    void noted.then((isNoted) => {
      if (isNoted) {
        settings.onBegin?.(runs.map(({ id }) => id));
        child.stdin?.write(lineOf(request));
      } else void kill();
    });
  }
  return {
    ends: new Map([...waits].map(([id, { promise }]) => [id, promise])),
    stop() {
      isStopped = true;
      if (child.pid !== undefined) void endGroup(child.pid, settings.graceMs);
    },
    kill,
  };
}

function requestOf(runs: readonly ClaimedRun[], settings: ProcessExecutorSettings): CarryRequest | null {
  const [first] = runs;
  const named = runs.flatMap((run) => {
    const agent = AGENT_IDS.find((id) => id === run.agent);
    return agent === undefined ? [] : [{ runId: run.id, agent, attempt: run.attempt, isLastTry: run.retries >= settings.retryLimit }];
  });
  if (first === undefined || named.length < runs.length) return null;
  const { branch, base, isForced, correlationId } = first;
  const trigger = first.trigger as CarryRequest['trigger'];
  return { kind: 'run', version: CARRY_VERSION, runs: named, branch, base, isForced, trigger, source: settings.source, correlationId };
}

/** A check tells how long it took when it ends. */
function noteStart(starts: Map<string, string>, event: UpkeepEvent): void {
  if (event.type !== 'agent:progress' || event.data.check === null || event.data.outcome === null || event.data.durationMs === null) return;
  const at = new Date(new Date(event.time).getTime() - event.data.durationMs);
  starts.set(`${event.data.runId} ${event.data.check}`, at.toISOString());
}

interface Heard {
  readonly events: readonly UpkeepEvent[];
  readonly starts: ReadonlyMap<string, string>;
}

function resultOf(end: CarryEnd, { runs }: Carrying, { events, starts }: Heard): Extract<CarriedEnd, { kind: 'ended' }>['result'] {
  const run = runs.find(({ id }) => id === end.runId);
  const own = events.filter((event) => event.data.runId === end.runId || (end.runId === runs[0]?.id && isOfNone(event, runs)));
  return {
    ...end,
    checks: end.checks.map((check) => ({ ...check, runId: end.runId, startedAt: starts.get(`${end.runId} ${check.check}`) ?? null })),
    events: run === undefined ? [] : own.map((event) => rowOf(event, run)),
  };
}

/** Events of a delivery are of all runs together: they are kept with the first. */
function isOfNone(event: UpkeepEvent, runs: readonly ClaimedRun[]): boolean {
  return !runs.some(({ id }) => id === event.data.runId);
}

function rowOf(event: UpkeepEvent, { repositoryId, agentId, id }: ClaimedRun): EventRow {
  return { id: event.id, type: event.type, time: event.time, repositoryId, agentId, runId: id, envelope: event };
}

function nothingStarted(runs: readonly ClaimedRun[], message: string): Carrier {
  const result = {
    ...{ outcome: 'errored' as const, reason: 'configuration' as const, message, retryAfterMs: null, checkedBase: null, commit: null },
    ...{ errors: 0, warnings: 0, fixed: 0, checks: [], events: [] },
  };
  return {
    ends: new Map(runs.map(({ id }) => [id, Promise.resolve<CarriedEnd>({ kind: 'ended', result })])),
    stop: () => undefined,
    kill: () => Promise.resolve(),
  };
}
