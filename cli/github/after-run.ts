/** After a run in CI: people on GitHub are told, or with `--rehearse` files are written of what they would be told. */
import { join } from 'node:path';
import type { RunReport } from '../../agents/run-report.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { ciContext, serviceContext } from '../ci/ci-context.ts';
import { readEventPayload } from '../ci/event-payload.ts';
import { tokenKindOf } from '../../github/settings-pages.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import type { Environment } from '../environment.ts';
import type { Carried } from '../run/carried.ts';
import type { Memory } from '../run/memory.ts';
import { secretValues } from '../run/secret-values.ts';
import { githubAccess } from './github-access.ts';
import { startRequiredChecks, type StartRequiredChecks } from './start-required-checks.ts';

export interface AfterRun {
  readonly environment: Environment;
  readonly version: string;
  /** Set when a service carried it out. */
  readonly carried?: Carried | undefined;
  readonly config: ResolvedConfig;
  readonly report: RunReport;
  readonly memory: Memory;
  readonly origin: EventOrigin;
  readonly remoteAddress: string | null;
  /** `--force`. */
  readonly isForced: boolean;
  /** Folder of `--rehearse`. */
  readonly rehearse: string | undefined;
  /** What a rehearsal would have remembered. */
  readonly rehearsed: readonly UpkeepEvent[];
  signal(): AbortSignal;
}

/** The report with what was said. Laptops say nothing. */
export async function tellAfterRun(ask: AfterRun): Promise<RunReport> {
  const { environment, memory, rehearse, report } = ask;
  const { github } = environment;
  if (github === null && ask.carried === undefined) return report;
  const [{ tellGitHub }, { createRedactor }] = await Promise.all([import('./tell-github.ts'), import('../../agents/tools/redact.ts')]);
  const access = githubAccess({
    environment,
    remoteUrl: ask.remoteAddress,
    version: ask.version,
    redact: createRedactor(secretValues(environment.variables)),
  });
  const payload = readEventPayload(github?.eventPath ?? null);
  const door = rehearse === undefined || access.kind === 'none' ? access : await rehearsing(access, rehearse);
  const started = github !== null && ask.config.github.startChecks ? await startRequiredChecks({ ...startOf(ask), access: door }) : [];
  const told = await tellGitHub({
    access: door,
    report,
    isForced: ask.isForced,
    isRehearsal: rehearse !== undefined,
    config: ask.config,
    ci: github === null ? serviceContext(ask.carried?.attempt ?? 1) : ciContext(github, payload),
    defaultBranch: payload.text('repository', 'default_branch'),
    state: await stateNow(ask),
    origin: ask.origin,
    signal: ask.signal(),
    record: (events) => (rehearse === undefined ? memory.record(events) : Promise.resolve()),
  });
  return { ...report, notes: [...report.notes, ...started, ...told.notes] };
}

function startOf(ask: AfterRun): Omit<StartRequiredChecks, 'access'> {
  const { variables } = ask.environment;
  const isJobsToken = !variables['UPKEEP_GITHUB_TOKEN'] && tokenKindOf(variables['GITHUB_TOKEN'] ?? '', true) === 'workflow';
  return { repository: { gitDir: ask.memory.ledger.commonDir }, report: ask.report, isJobsToken, open: { signal: ask.signal() } };
}

async function rehearsing<Access extends { open: Extract<ReturnType<typeof githubAccess>, { kind: 'ready' }>['open'] }>(
  access: Access,
  folder: string,
): Promise<Access> {
  const { rehearsingFetch } = await import('../../github/rehearsal.ts');
  return { ...access, open: (options) => access.open({ ...options, fetch: rehearsingFetch(join(folder, 'github'), fetch) }) };
}

async function stateNow({ memory, rehearse, rehearsed }: AfterRun): Promise<LedgerState> {
  if (rehearse === undefined) {
    await memory.reload();
    return memory.state;
  }
  const { fold } = await import('../../ledger/fold.ts');
  return fold(memory.state, { sequence: memory.state.sequence + 1, events: rehearsed });
}
