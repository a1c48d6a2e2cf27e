/** The process that carries out runs for a service. It lives as long as its standard input: when that ends its service is gone. */
import { createInterface } from 'node:readline';
import type { Finding } from '../../ledger/finding.ts';
import type { AgentRunReport, RunReport } from '../../agents/run-report.ts';
import { BusyError } from '../busy-error.ts';
import type { CommandContext } from '../command-context.ts';
import { explainError } from '../explain-error.ts';
import { runFlagsOf } from '../run-flags.ts';
import { loadSettings } from '../run/load-settings.ts';
import { runOnce } from '../run/run-once.ts';
import { AwayError } from '../webhook/away-error.ts';
import { openClone, type Clone } from '../webhook/looked-after.ts';
import { newestCommit } from '../webhook/newest-commit.ts';
import { CARRY_VERSION, lineOf, messageOf, type CarryEnd, type CarryRequest, type FromCarrier, type ToCarrier } from './messages.ts';

/** Somebody's own run holds the clone: it is asked again after so long. */
const BUSY_MS = 15_000;

/** Reads the request, carries it out, tells its ends. Returns the exit code: 0 whenever the ends were told. */
export async function carry(
  context: CommandContext,
  streams: { stdin: NodeJS.ReadableStream; stdout: NodeJS.WritableStream },
): Promise<number> {
  const tell = (message: FromCarrier): void => void streams.stdout.write(lineOf(message));
  const controller = new AbortController();
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const questions = new Map<number, (ok: boolean) => void>();
  const first = Promise.withResolvers<CarryRequest | null>();
  const lines = createInterface({ input: streams.stdin, crlfDelay: Infinity });
  lines.on('line', (line) => {
    const message = messageOf<ToCarrier>(line, ['run', 'leave']);
    if (message?.kind === 'run') first.resolve(message);
    if (message?.kind === 'leave') questions.get(message.question)?.(message.ok);
  });
  lines.on('close', () => {
    // The service is gone: whoever comes next begins anew, so nothing of this may leave any more.
    controller.abort();
    for (const answer of questions.values()) answer(false);
    first.resolve(null);
  });
  const mayLeave = (): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const question = questions.size + 1;
    questions.set(question, resolve);
    tell({ kind: 'may-leave', question });
    return promise;
  };
  const request = await first.promise;
  if (request === null) return 130;
  try {
    tell(await carryOut(request, { ...context, cwd: context.cwd, signal, emitTo: tell, mayLeave }));
    return 0;
  } finally {
    lines.close();
  }
}

interface CarryContext {
  readonly cwd: string;
  readonly environment: CommandContext['environment'];
  readonly version: string;
  readonly debug: boolean;
  readonly signal: AbortSignal;
  readonly emitTo: (message: FromCarrier) => void;
  readonly mayLeave: () => Promise<boolean>;
}

async function carryOut(request: CarryRequest, context: CarryContext): Promise<FromCarrier> {
  const spoken: number = request.version;
  if (spoken !== CARRY_VERSION) {
    const message = `the service speaks version ${spoken} and this program ${CARRY_VERSION}: start the service again`;
    return endAll(request, { reason: 'configuration', message });
  }
  try {
    const clone = await openClone(context, request.branch);
    const base = request.base ?? (await newestCommit(clone, context));
    if (base === null) return endAll(request, { reason: 'git', message: `${placeOf(clone)} has no branch ${clone.branch} any more` });
    const { environment, version } = context;
    const { config } = (await loadSettings({ repository: clone.checkout, base, flags: {}, environment, ci: true, version })).loaded;
    const enabled = request.runs.filter(({ agent }) => config.agents[agent].enabled);
    const hasRemote = clone.remoteAddress !== null;
    const report = enabled.length === 0 ? null : await runIt({ ...request, runs: enabled }, { base, hasRemote }, context);
    return { kind: 'ends', ends: request.runs.map((run) => endOf(run, report)) };
  } catch (error) {
    if (error instanceof BusyError) return { kind: 'later', delayMs: BUSY_MS, why: error.message };
    if (error instanceof AwayError) return endAll(request, { reason: error.isPassing ? 'network' : 'git', message: error.message });
    const { message, exitCode } = explainError(error, { debug: context.debug, version: context.version });
    return endAll(request, { reason: exitCode === 2 ? 'configuration' : 'internal', message });
  }
}

function placeOf({ remoteAddress, remote, checkout }: Clone): string {
  return remoteAddress === null ? (checkout.root ?? checkout.commonDir) : remote;
}

function runIt(
  request: CarryRequest,
  { base, hasRemote }: { readonly base: string; readonly hasRemote: boolean },
  context: CarryContext,
): Promise<RunReport> {
  const { runs, trigger, isForced, source, correlationId } = request;
  const agents = runs.map(({ agent }) => agent);
  // Without a remote there is nowhere to push to: the branch of the clone moves forward, as on a laptop.
  const delivery = hasRemote ? {} : { delivery: 'local' as const };
  return runOnce({
    cwd: context.cwd,
    flags: runFlagsOf(agents, { base, ci: true, trigger, force: isForced, ...delivery }),
    environment: context.environment,
    version: context.version,
    signal: () => context.signal,
    onOpen: () => undefined,
    onLook: () => undefined,
    onNothingToDo: () => undefined,
    emit: (event) => context.emitTo({ kind: 'event', event }),
    carried: {
      source,
      correlationId,
      branch: request.branch,
      runIds: Object.fromEntries(runs.map(({ agent, runId }) => [agent, runId])),
      lastTry: new Set(runs.filter(({ isLastTry }) => isLastTry).map(({ agent }) => agent)),
      attempt: Math.max(...runs.map(({ attempt }) => attempt)),
      mayLeave: () => context.mayLeave(),
      onOutput: (check, agentsOfIt, text) => {
        const runIds = runs.flatMap(({ agent, runId }) => (agentsOfIt.includes(agent) ? [runId] : []));
        context.emitTo({ kind: 'log', runIds, check, text });
      },
    },
  });
}

const NOTHING = { retryAfterMs: null, checkedBase: null, commit: null, errors: 0, warnings: 0, fixed: 0, checks: [] };

function endAll({ runs }: CarryRequest, end: { readonly reason: NonNullable<CarryEnd['reason']>; readonly message: string }): FromCarrier {
  return { kind: 'ends', ends: runs.map(({ runId }) => ({ runId, outcome: 'errored', ...end, ...NOTHING })) };
}

function endOf(run: CarryRequest['runs'][number], report: RunReport | null): CarryEnd {
  const own = report?.runs.find(({ agent }) => agent === run.agent);
  if (report === null || own === undefined) {
    const message = `the configuration turns ${run.agent} off`;
    return { runId: run.runId, outcome: 'skipped', reason: 'disabled', message, ...NOTHING };
  }
  const findings = own.checks.flatMap((check) => check.findings);
  const left = findings.filter(({ fixed }) => !fixed);
  return {
    runId: run.runId,
    outcome: own.outcome,
    reason: own.reason,
    message: own.hint,
    retryAfterMs: null,
    checkedBase: report.base,
    commit: own.commit?.sha ?? null,
    errors: left.filter(({ severity }) => severity === 'error').length,
    warnings: left.filter(({ severity }) => severity === 'warning').length,
    fixed: findings.length - left.length,
    checks: checksOf(own),
  };
}

function checksOf({ checks }: AgentRunReport): CarryEnd['checks'] {
  return checks.map(({ check, outcome, reason, durationMs, command, findings }) => ({
    ...{ check, outcome, reason, command },
    durationMs: Math.round(durationMs),
    findings: findings.map(findingOf),
  }));
}

function findingOf({
  path,
  line,
  column,
  rule,
  severity,
  message,
  fingerprint,
  fixed,
}: Finding): CarryEnd['checks'][number]['findings'][number] {
  return { path, line, column, rule, severity, message, fingerprint, isFixed: fixed };
}
