/** A database that is away is told once, and once that it is back: whatever asks it meanwhile fails for the same reason. */
import { duration } from '../../wording.ts';
import type { ExplainProblem, ServiceLog } from './service-log.ts';

export interface OutageSettings {
  readonly explain: ExplainProblem;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}

/** What says that nobody answers: of ours, the driver, the system, and PostgreSQL itself (SQLSTATE 08… and 57P01 to 57P03). */
const AWAY = /^(unreachable|disconnected|ECONN\w+|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08\w{3}|57P0[123])$/;

/** Whether an error is told as one of the database; what else speaks to the network says so in its words. */
const OF_OTHERS = /^(traces and metrics|a ledger)/;

/** The same log, where the problems of an outage are one. A look that ends well is its end. */
export function tellOutagesOnce(log: ServiceLog, { explain, monotonic }: OutageSettings): ServiceLog {
  let since: number | null = null;
  return {
    ...log,
    problem(what, error) {
      if (OF_OTHERS.test(what) || !AWAY.test(explain(error).code)) return log.problem(what, error);
      if (since !== null) return;
      since = monotonic();
      log.problem('the database does not answer, and is asked until it does; runs under way end when their leases do', error);
    },
    observer: {
      ...log.observer,
      looked(ms) {
        log.observer.looked?.(ms);
        if (since === null) return;
        log.note(`the database answers again, after ${duration(monotonic() - since)}`);
        since = null;
      },
    },
  };
}
