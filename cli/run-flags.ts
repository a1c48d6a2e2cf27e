import type { DeliveryMode, Trigger } from '../ledger/outcome.ts';

/** The options of `agent run`, parsed; those that are settings as well are undefined unless given. */
export interface RunFlags {
  /** Names as typed; empty: every agent. */
  readonly agents: readonly string[];
  /** Only agents whose schedule asks for them. */
  readonly due: boolean;
  /** The checks of the night as well, now. */
  readonly nightly: boolean;
  /** Behave as in CI: deliver by push, install dependencies, plain lines. */
  readonly ci: boolean;
  readonly trigger: Trigger | undefined;
  /** Revision to check instead of HEAD. */
  readonly base: string | undefined;
  /** Check uncommitted changes as well; nothing is repaired then. */
  readonly workingTree: boolean;
  readonly delivery: DeliveryMode | undefined;
  /** Folder that gets commits, issues and comments as files instead of people. */
  readonly rehearse: string | undefined;
  /** False with --no-fix. */
  readonly fix: boolean;
  /** Run whatever the ledger remembers. */
  readonly force: boolean;
  readonly strict: boolean | undefined;
  readonly install: boolean | undefined;
  readonly concurrency: number | undefined;
  /** One JSON document on stdout, everything else on stderr. */
  readonly json: boolean;
  /** File that gets the findings as SARIF 2.1.0. */
  readonly sarif: string | undefined;
}

/** Fills in what was not given. */
export function runFlagsOf(agents: readonly string[], options: Partial<RunFlags>): RunFlags {
  return {
    agents,
    due: options.due ?? false,
    nightly: options.nightly ?? false,
    ci: options.ci ?? false,
    trigger: options.trigger,
    base: options.base,
    workingTree: options.workingTree ?? false,
    delivery: options.delivery,
    rehearse: options.rehearse,
    fix: options.fix ?? true,
    force: options.force ?? false,
    strict: options.strict,
    install: options.install,
    concurrency: options.concurrency,
    json: options.json ?? false,
    sarif: options.sarif,
  };
}
