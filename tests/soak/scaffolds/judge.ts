/** Compares what was seeded with what was told. */
import type { TestRepository } from '../../support/git-repository.ts';
import { FIXED } from './fault.ts';
import type { Fault } from './fault.ts';
import { describeFinding } from './read-report.ts';
import type { ScaffoldReport, Told } from './read-report.ts';

export interface Verdict {
  readonly fault: Fault;
  readonly scaffold: string;
  readonly end: 'fixed' | 'reported' | 'missed';
  /** What was told of the same file instead. */
  readonly instead: readonly string[];
}

/** How each fault ended. `repository` is at the commit with the repairs: what is left is told with the lines of that one. */
export async function judgeFaults(
  faults: readonly Fault[],
  about: { scaffold: string; repository: TestRepository; report: ScaffoldReport },
): Promise<Verdict[]> {
  const { scaffold, repository, report } = about;
  const lineOf = async ({ path, at }: Fault): Promise<number | null> => {
    if (typeof at !== 'string') return null;
    const text = await repository.git('show', `HEAD:${path}`);
    const line = text.split('\n').findIndex((each) => each.includes(at)) + 1;
    if (line === 0) throw new Error(`${path} has no line with ${at}: mend the table`);
    return line;
  };
  return Promise.all(
    faults.map(async (fault): Promise<Verdict> => {
      const line = await lineOf(fault);
      const sameFile = report.findings.filter(({ path }) => path === fault.path);
      const isIt = (told: Told): boolean => told.agent === fault.agent && told.check === fault.check && told.rule === fault.rule;
      const isFixed = sameFile.some((told) => isIt(told) && told.fixed) && isInCommit(report, fault);
      const isReported = sameFile.some((told) => isIt(told) && !told.fixed && (fault.at === null || told.line === line));
      const end = fault.at === FIXED ? (isFixed ? 'fixed' : 'missed') : isReported ? 'reported' : 'missed';
      return { fault, scaffold, end, instead: end === 'missed' ? sameFile.map(describeFinding) : [] };
    }),
  );
}

function isInCommit({ document }: ScaffoldReport, { agent, path }: Fault): boolean {
  return document.runs.some((run) => run.agent === agent && run.commit?.files.includes(path) === true);
}

/** The table that is printed at the end: by agent, then each fault that is missed. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const agents = [...new Set(verdicts.map(({ fault }) => fault.agent))].sort();
  const row = (name: string, some: readonly Verdict[]): string => {
    const count = (end: Verdict['end']): string => String(some.filter((one) => one.end === end).length).padStart(9);
    return `${name.padEnd(13)}${String(some.length).padStart(7)}${count('fixed')}${count('reported')}${count('missed')}`;
  };
  const lists = verdicts.map(({ fault, scaffold, end }) => {
    const place = `${scaffold} ${fault.agent} ${fault.check} ${fault.rule} ${fault.path}`;
    return `${end.padEnd(9)}${place}: ${fault.what}${fault.missed === undefined ? '' : ` (${fault.missed})`}`;
  });
  return [
    'agent         faults    fixed reported   missed',
    ...agents.map((agent) =>
      row(
        agent,
        verdicts.filter(({ fault }) => fault.agent === agent),
      ),
    ),
    row('all', verdicts),
    '',
    ...lists,
  ].join('\n');
}
