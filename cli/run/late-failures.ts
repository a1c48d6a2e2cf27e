/** What goes wrong when the work of a run is done: it costs the exit code, never the report. */
import type { RunReport } from '../../agents/run-report.ts';

export interface LateFailures {
  /** The result of `work`, or `otherwise` where it fails. */
  orElse<T>(work: () => Promise<T>, otherwise: T): Promise<T>;
  /** The report as `tell` passes it on, with a note for each failure and exit code 3; that of an interruption stays. */
  tell(report: RunReport, tell: (report: RunReport) => Promise<RunReport>): Promise<RunReport>;
}

/** Collects failures; `first` are those that there are already. */
export function lateFailures(about: { readonly version: string; signal(): AbortSignal }, first: readonly unknown[] = []): LateFailures {
  const failures = [...first];
  const orElse = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      failures.push(error);
      return otherwise;
    }
  };
  const noted = async (report: RunReport, from: number): Promise<RunReport> => {
    if (failures.length === from) return report;
    const { explainError } = await import('../explain-error.ts');
    const notes = failures.slice(from).map((error) => {
      const { message } = explainError(error, { debug: false, version: about.version });
      return `the work is done, but not all of it could be remembered: ${message}; the next run makes up for it`;
    });
    return { ...report, notes: [...report.notes, ...notes], exitCode: report.exitCode === 130 || about.signal().aborted ? 130 : 3 };
  };
  return {
    orElse,
    async tell(report, tell) {
      const first = await noted(report, 0);
      const known = failures.length;
      return noted(await orElse(() => tell(first), first), known);
    },
  };
}
