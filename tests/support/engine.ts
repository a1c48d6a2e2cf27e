/** The engine of a run with checks made for a test, on a real repository, with a memory of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../../agents/agent.ts';
import type { Check, CheckContext, CheckReport } from '../../agents/checks/check.ts';
import { localDelivery } from '../../agents/delivery/local-delivery.ts';
import type { RunPolicy } from '../../agents/run-policy.ts';
import { ownerOf } from '../../agents/ownership.ts';
import { executeRun } from '../../cli/run/execute-run.ts';
import type { ExecuteRequest, ExecuteResult } from '../../cli/run/execute-run.ts';
import { readEnvironment } from '../../cli/environment.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { fingerprintFindings } from '../../ledger/finding.ts';
import type { AgentId, Priority } from '../../ledger/outcome.ts';
import { emptyState } from '../../ledger/state.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { NO_NIGHTS } from '../../scheduler/nights.ts';
import type { TestRepository } from './git-repository.ts';

/** A check that reports every line with `bad` in the files that match, and repairs it by writing `good`. */
export function wordCheck(options: {
  readonly id: string;
  readonly bad: string;
  readonly good?: string;
  readonly files?: RegExp;
  readonly order?: number;
  readonly severity?: 'error' | 'warning';
  /** Runs after the repair, to misbehave. */
  afterFix?(context: CheckContext): void;
}): Check {
  const reads = (path: string): boolean => (options.files ?? /\.txt$/).test(path);
  return {
    id: options.id,
    title: options.id,
    detect: () => Promise.resolve({ applies: true, why: 'test', origin: 'repository', needsDependencies: false, reads }),
    inspect(context): Promise<CheckReport> {
      const drafts = context.files.flatMap((path) =>
        readFileSync(join(context.root, path), 'utf8')
          .split('\n')
          .flatMap((text, index) =>
            text.includes(options.bad)
              ? [
                  {
                    path,
                    line: index + 1,
                    rule: options.bad,
                    severity: options.severity ?? ('error' as const),
                    message: `found ${options.bad}`,
                    identity: text,
                    fixable: options.good !== undefined,
                  },
                ]
              : [],
          ),
      );
      const findings = fingerprintFindings(options.id, drafts);
      const hasErrors = findings.some((finding) => finding.severity === 'error');
      return Promise.resolve({ outcome: hasErrors ? 'failed' : 'passed', reason: null, findings, command: null, log: '' });
    },
    ...(options.good === undefined
      ? {}
      : {
          fixer: {
            order: options.order ?? 10,
            fix(context) {
              for (const path of context.files) {
                const file = join(context.root, path);
                writeFileSync(file, readFileSync(file, 'utf8').replaceAll(options.bad, options.good ?? ''));
              }
              options.afterFix?.(context);
              return Promise.resolve({ outcome: 'done', reason: null, command: null, log: '' });
            },
          },
        }),
  };
}

/** An agent with these checks. */
export function agentWith(id: AgentId, checks: readonly Check[], priority: Priority = 'NORMAL'): Agent {
  return { id, title: id[0]?.toUpperCase() + id.slice(1), summary: '', priority, schedule: '*/5 * * * *', triggers: ['push'], checks };
}

export function policyOf(agents: readonly Agent[], change: Partial<RunPolicy> = {}): RunPolicy {
  return {
    agents,
    nightly: new Set(),
    commitsSince: null,
    strict: false,
    fix: true,
    concurrency: 2,
    toolTimeoutMs: 10_000,
    maxOutputBytes: 1 << 20,
    dependencies: { how: 'link', mayInstall: false, cache: '/nonexistent' },
    checks: {},
    isExcluded: () => false,
    ownerOf,
    looksAfter: () => true,
    mayChange: () => true,
    retryDelayMs: () => null,
    ...change,
  };
}

export interface EngineRun {
  readonly result: ExecuteResult;
  readonly recorded: readonly UpkeepEvent[];
  readonly events: readonly UpkeepEvent[];
}

/** Runs the agents on HEAD of the repository with delivery `local`, or as `change` says. */
export async function runEngine(
  repository: TestRepository,
  agents: readonly Agent[],
  change: Partial<ExecuteRequest> & { readonly pending?: string | null; readonly memory?: LedgerState } = {},
): Promise<EngineRun> {
  const opened = await repository.open();
  const recorded: UpkeepEvent[] = [];
  const events: UpkeepEvent[] = [];
  const keys = Object.fromEntries(agents.map((agent) => [agent.id, `key-of-${agent.id}`]));
  const result = await executeRun({
    repository: opened,
    base: opened.head ?? '',
    branch: opened.branch,
    policy: policyOf(agents),
    decisions: agents.map((agent) => ({ agent, kind: 'run', pending: change.pending ?? null })),
    state: change.memory ?? emptyState(),
    isForced: false,
    runsAfresh: true,
    keys,
    nights: NO_NIGHTS,
    keyContext: { upkeepVersion: 'test', configuration: '', tools: {}, strict: false, fix: true },
    trigger: 'manual',
    counts: false,
    seen: 0,
    threshold: 2,
    origin: { source: 'laptop:test', correlationId: 'test', now: () => new Date() },
    environment: readEnvironment({ PATH: process.env['PATH'], HOME: process.env['HOME'] }),
    signal: new AbortController().signal,
    timeLimitMs: 60_000,
    mode: 'local',
    deliveryFor: (context) => localDelivery(context, opened.branch),
    record: (batch) => {
      recorded.push(...batch);
      return Promise.resolve();
    },
    emit: (event) => events.push(event),
    ...change,
  });
  return { result, recorded, events };
}

/** What must be true of a repository after any run, however it ended. */
export async function leftovers(
  repository: TestRepository,
): Promise<{ worktrees: number; runRefs: string; journals: string[]; status: string }> {
  const { readdirSync, existsSync } = await import('node:fs');
  const journal = join(repository.path, '.git', 'upkeep', 'journal');
  return {
    worktrees: (await repository.git('worktree', 'list')).split('\n').length - 1,
    runRefs: await repository.git('for-each-ref', 'refs/upkeep/runs'),
    journals: existsSync(journal) ? readdirSync(journal) : [],
    status: await repository.git('status', '--porcelain'),
  };
}
