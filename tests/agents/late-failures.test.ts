/** What goes wrong after the branch has moved: the report is told with the true head, and the next run makes up for the rest. */
import { describe, expect, it } from 'vitest';
import { lateFailures } from '../../cli/run/late-failures.ts';
import type { RunReport } from '../../agents/run-report.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { agentWith, leftovers, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const teh = wordCheck({ id: 'spelling', bad: 'teh', good: 'the' });

describe('a failure after the delivery', () => {
  it('leaves report and head as they are and the journal for the next run: a ledger that cannot be written', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const damaged = new LedgerError('git', 'the ledger cannot be written: its disk is gone');
    const { result } = await runEngine(repository, [agentWith('docs', [teh])], { record: () => Promise.reject(damaged) });
    expect(result).toMatchObject({
      head: await repository.head(),
      delivery: { outcome: 'delivered' },
      runs: [{ agent: 'docs', outcome: 'fixed' }],
      late: [damaged],
    });
    expect((await leftovers(repository)).journals).toHaveLength(1);
  });

  it('leaves report and head as they are and the journal for the next run: packed refs that are locked', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    await repository.git('pack-refs', '--all');
    await repository.write('.git/packed-refs.lock', '');
    const { result, recorded } = await runEngine(repository, [agentWith('docs', [teh])]);
    expect(result).toMatchObject({ head: await repository.head(), delivery: { outcome: 'delivered' } });
    expect(result.late).toMatchObject([
      { code: 'locked', message: expect.stringContaining('/.git/packed-refs.lock is in the way') as string },
    ]);
    expect(recorded.map(({ type }) => type)).toEqual(['agent:completed', 'delivery:pushed']);
    expect((await leftovers(repository)).journals).toHaveLength(1);
  });
});

describe('lateFailures', () => {
  const report = { notes: ['first'], exitCode: 1 } as unknown as RunReport;
  const about = { version: '1', signal: () => new AbortController().signal };
  const refused = new LedgerError('git', 'it is gone');
  const SENTENCE = expect.stringContaining('could be remembered: it is gone') as string;

  it('passes a report on as it is when nothing went wrong', async () => {
    const late = lateFailures(about);
    expect(await late.orElse(() => Promise.resolve(1), 0)).toBe(1);
    expect(await late.tell(report, (told) => Promise.resolve({ ...told, notes: ['told'] }))).toEqual({ notes: ['told'], exitCode: 1 });
  });

  it('adds a sentence for each failure, before and while people are told, and the exit code', async () => {
    const late = lateFailures(about, [refused]);
    expect(await late.orElse(() => Promise.reject(refused), 0)).toBe(0);
    expect(await late.tell(report, () => Promise.reject(refused))).toEqual({ notes: ['first', SENTENCE, SENTENCE, SENTENCE], exitCode: 3 });
    const interrupted = lateFailures({ ...about, signal: () => AbortSignal.abort() }, [refused]);
    expect(await interrupted.tell(report, (told) => Promise.resolve(told))).toMatchObject({ exitCode: 130 });
  });
});
