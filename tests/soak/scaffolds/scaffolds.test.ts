/** The six agents on projects that others wrote: silent on what is shipped, and not on what somebody broke. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOnMachine } from '../../support/machine-double.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { SEEDINGS } from './faults/all.ts';
import { FIXED, seed } from './fault.ts';
import { generated } from './generated.ts';
import { judgeFaults, tableOf } from './judge.ts';
import type { Verdict } from './judge.ts';
import { openYard } from './make-scaffold.ts';
import type { ScaffoldYard } from './make-scaffold.ts';
import { changedByOwnFixers } from './own-fixers.ts';
import { askAgents, describeFinding } from './read-report.ts';
import type { Told } from './read-report.ts';
import { written } from './written.ts';

const SCAFFOLDS = Object.values({ ...generated, ...written });

/** What the project itself says of what a check calls an error; it may be right. Some generators ship what is red already. */
const OWN_WORD: Readonly<Record<string, readonly [string, ...string[]]>> = {
  lockfile: ['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit'],
  tests: ['npm', 'test'],
  'type-check': ['npm', 'test'],
};

/** What the project itself wants of the network; on machines that have it, it is carried out. */
const OF_NETWORK: Readonly<Record<string, readonly string[]>> = { 'next-app': ['frontend build network'] };

const withoutNetwork = (name: string, errored: readonly string[]): readonly string[] =>
  errored.filter((one) => OF_NETWORK[name]?.includes(one) !== true);

/** Checks that say that they are not for a project. */
const NOT_FOR: Readonly<Record<string, readonly string[]>> = {
  'markdown-only': ['architecture', 'backend', 'frontend', 'qa'],
  'python-module': ['architecture', 'frontend'],
  'go-module': ['architecture', 'frontend'],
  empty: ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'],
};

let yard: ScaffoldYard;
const verdicts: Verdict[] = [];
beforeAll(async () => {
  yard = await openYard();
});
afterAll(async () => {
  process.stdout.write(`\n${tableOf(verdicts)}\n`);
  await yard[Symbol.asyncDispose]();
});

/** Whether the project's own command ends red too. */
async function isRedByItself(repository: TestRepository, { check }: Told): Promise<boolean> {
  const [program, ...args] = OWN_WORD[check] ?? [];
  if (program === undefined) return false;
  const env = { ...process.env, ...yard.env };
  return new Promise((resolve) => execFile(program, args, { cwd: repository.path, env }, (error) => resolve(error !== null)));
}

describe.each(SCAFFOLDS)('$name, as it is shipped', (scaffold) => {
  it('has no error of ours, and every check is carried out', async () => {
    const repository = await yard.make(scaffold);
    const { document, findings, errored, stderr } = await askAgents(repository, { fix: false, env: yard.env });
    expect(withoutNetwork(scaffold.name, errored), stderr).toEqual([]);
    const errors = findings.filter(({ severity }) => severity === 'error');
    const wrong: string[] = [];
    for (const error of errors) if (!(await isRedByItself(repository, error))) wrong.push(describeFinding(error));
    expect(wrong).toEqual([]);
    const skipped = document.runs.filter(({ reason }) => reason === 'not-applicable').map(({ agent }) => agent);
    if (scaffold.name in NOT_FOR) expect(skipped).toEqual(NOT_FOR[scaffold.name]);
    expect(await repository.git('status', '--porcelain')).toBe('');
  });
});

describe.each(SEEDINGS)('$scaffold, with faults', ({ scaffold: name, faults, errored = [], needs = [] }) => {
  it.skipIf(!needs.every(isOnMachine))('has each of them repaired or told by the right agent, with path and line', async () => {
    const scaffold = SCAFFOLDS.find((one) => one.name === name);
    if (scaffold === undefined) throw new Error(`no scaffold is called ${name}`);
    const repository = await yard.make(scaffold);
    await seed(repository, faults);
    const seeded = await repository.head();
    const report = await askAgents(repository, { fix: true, env: yard.env });
    const ends = await judgeFaults(faults, { scaffold: name, repository, report });
    verdicts.push(...ends);
    expect(withoutNetwork(name, report.errored), report.stderr).toEqual(errored);
    // Nothing is changed but what was to be fixed.
    const changed = (await repository.git('diff', '--name-only', seeded, 'HEAD')).split('\n').filter((path) => path !== '');
    expect(changed).toEqual([...new Set(faults.flatMap(({ at, path }) => (at === FIXED ? [path] : [])))].sort());
    expect(await changedByOwnFixers(repository, { name, files: changed, env: yard.env })).toBe('');
    const unexpected = ends.filter(({ fault, end }) => end === 'missed' && fault.missed === undefined);
    expect(unexpected.map(({ fault, instead }) => ({ what: fault.what, path: fault.path, instead }))).toEqual([]);
    // A known miss that is found is good news that the table must tell.
    expect(ends.filter(({ fault, end }) => end !== 'missed' && fault.missed !== undefined).map(({ fault }) => fault.what)).toEqual([]);
  });
});

describe('the table of faults', () => {
  it('has at least sixty, and six for each agent', () => {
    const agents = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'];
    const counts = agents.map((agent) => SEEDINGS.flatMap(({ faults }) => faults).filter((fault) => fault.agent === agent).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(6);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(60);
  });
});
