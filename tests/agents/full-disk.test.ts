/** What a run does about a full disk, told by those who meet one; tests/soak/full-disk.test.ts has a real one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check, CheckReport } from '../../agents/checks/check.ts';
import { agentWith, leftovers, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const NOTHING_LEFT = { worktrees: 0, runRefs: '', journals: [], status: '' };
const ENOSPC = 'Error: ENOSPC: no space left on device, write';
const teh = wordCheck({ id: 'spelling', bad: 'teh', good: 'the' });

/** The check, ending as `report` says where it does not find `word`. */
function endingSo(check: Check, word: string, report: Partial<CheckReport>): Check {
  return {
    ...check,
    async inspect(context) {
      const found = await check.inspect(context);
      const isThere = context.files.some((path) => readFileSync(join(context.root, path), 'utf8').includes(word));
      return isThere ? found : { ...found, findings: [], ...report };
    },
  };
}

describe('a full disk', () => {
  it.each<[string, Partial<CheckReport>]>([
    ['in its log', { outcome: 'errored', reason: 'tool-crashed', log: ENOSPC }],
    ['in its hint', { outcome: 'errored', reason: 'dependencies-missing', hint: `\`npm ci\` ended with 228: ${ENOSPC}` }],
  ])('is why a check could not be carried out that names it %s', async (_title, report) => {
    await using repository = await repositoryWith({ 'a.txt': 'fine\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [endingSo(teh, 'nothing of the kind', report)])]);
    expect(result.runs[0]?.checks[0]).toMatchObject({ outcome: 'errored', reason: 'disk-full' });
    expect(result.runs[0]?.checks[0]?.hint).toMatch(/no space left.*make room and run again$/i);
  });

  it('is no excuse for errors of the code', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const check: Check = { ...teh, inspect: async (context) => ({ ...(await teh.inspect(context)), log: ENOSPC }) };
    const { result } = await runEngine(repository, [
      agentWith('docs', [{ ...check, fixer: { order: 10, fix: async () => ({ outcome: 'done', reason: null, command: null, log: '' }) } }]),
    ]);
    expect(result.runs[0]).toMatchObject({ outcome: 'failed', reason: 'errors-left' });
  });

  it('keeps a fixer’s torn files out of a commit', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n'.repeat(1000) });
    const torn: Check = {
      ...teh,
      fixer: {
        order: 10,
        fix: async (context) => {
          writeFileSync(join(context.root, 'a.txt'), 'the\n');
          return { outcome: 'done', reason: null, command: null, log: ENOSPC };
        },
      },
    };
    await expect(runEngine(repository, [agentWith('docs', [torn])])).rejects.toMatchObject({ code: 'disk-full' });
    expect(await repository.git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(await repository.git('for-each-ref', 'refs/upkeep')).toBe('');
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('after a repair is not the fault of the repair, which is kept', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const full = endingSo(teh, 'teh', { outcome: 'errored', reason: 'disk-full', hint: 'no space left' });
    const guard = endingSo(wordCheck({ id: 'guard', bad: 'FORBIDDEN' }), 'teh', {
      outcome: 'errored',
      reason: 'disk-full',
      hint: 'no space left',
    });
    await expect(
      runEngine(repository, [agentWith('docs', [{ ...full, inspect: (context) => teh.inspect(context) }]), agentWith('qa', [guard])]),
    ).rejects.toMatchObject({
      code: 'disk-full',
    });
    const waiting = (await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).split('\n');
    expect(waiting).toEqual(['refs/upkeep/suggest/docs']);
    expect(await repository.git('show', `${waiting[0] ?? ''}:a.txt`)).toBe('the');
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });
});

it('keeps what an agent finishes after another one has failed the run', async () => {
  const failed = Promise.withResolvers<void>();
  const broken: Check = {
    ...wordCheck({ id: 'broken', bad: 'colour', good: 'color', files: /\.md$/ }),
    fixer: {
      order: 10,
      fix: () => {
        // When this has been told to everyone who listens.
        setImmediate(() => setImmediate(failed.resolve));
        return Promise.reject(new Error('out of order'));
      },
    },
  };
  const slow: Check = {
    ...teh,
    fixer: {
      order: 10,
      fix: async (context) => {
        await failed.promise;
        return (teh.fixer as NonNullable<Check['fixer']>).fix(context);
      },
    },
  };
  await using repository = await repositoryWith({ 'a.txt': 'teh\n', 'b.md': 'colour\n' });
  await expect(runEngine(repository, [agentWith('docs', [broken]), agentWith('qa', [slow])])).rejects.toThrow('out of order');
  expect(await repository.git('show', 'refs/upkeep/suggest/qa:a.txt')).toBe('the');
  expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
});
