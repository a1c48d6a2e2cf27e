import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventLine } from '../../cli/reporters/plain-lines.ts';
import { emptyState } from '../../ledger/state.ts';
import { agentWith, leftovers, policyOf, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const NOTHING_LEFT = { worktrees: 0, runRefs: '', journals: [], status: '' };
const teh = wordCheck({ id: 'spelling', bad: 'teh', good: 'the' });
const colour = wordCheck({ id: 'colour', bad: 'colour', good: 'color', files: /\.md$/ });

describe('a run of agents', () => {
  it('repairs, commits on the branch with its trailers and leaves nothing behind', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh cat\n', 'b.txt': 'fine\n' });
    const base = await repository.head();
    const { result, recorded } = await runEngine(repository, [agentWith('docs', [teh])]);
    expect(await repository.read('a.txt')).toBe('the cat\n');
    expect(await repository.git('log', '-1', '--format=%an <%ae>|%cn|%P')).toBe(
      `upkeep[bot] <upkeep[bot]@users.noreply.github.com>|upkeep[bot]|${base}`,
    );
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Agent,valueonly)%(trailers:key=Agent-Base,valueonly)')).toContain(
      `docs\n${base}`,
    );
    expect(await repository.git('log', '-1', '--format=%s')).toMatch(/^auto: Docs – fix 1 /);
    expect(result).toMatchObject({
      head: await repository.head(),
      delivery: { outcome: 'delivered' },
      runs: [{ agent: 'docs', outcome: 'fixed' }],
    });
    expect(recorded.map((event) => event.type)).toEqual(['agent:completed', 'delivery:pushed']);
    expect(recorded[0]?.data).toMatchObject({ delivered: true, fixed: 1, errors: 0, key: 'key-of-docs' });
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('makes no commit when there is nothing to repair', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'the cat\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [teh])]);
    expect(await repository.git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(result).toMatchObject({ delivery: { outcome: 'nothing' }, runs: [{ outcome: 'passed', commit: null }] });
  });

  it('puts one commit an agent on the branch, the higher priority first', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', 'b.md': 'colour\n' });
    await runEngine(repository, [agentWith('docs', [colour], 'LOW'), agentWith('backend', [teh], 'HIGH')]);
    expect((await repository.git('log', '--format=%s')).split('\n')).toEqual([
      expect.stringMatching(/^auto: Docs/),
      expect.stringMatching(/^auto: Backend/),
      'first',
    ]);
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('takes back only the fixer after which another check is worse, and says so', async () => {
    const harmful = wordCheck({ id: 'shouting', bad: 'loud', good: 'FORBIDDEN', order: 20 });
    const guard = wordCheck({ id: 'guard', bad: 'FORBIDDEN' });
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', 'b.txt': 'loud\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [teh, harmful]), agentWith('qa', [guard])]);
    expect(await repository.read('a.txt')).toBe('the\n');
    expect(await repository.read('b.txt')).toBe('loud\n');
    expect(result.runs[0]).toMatchObject({
      outcome: 'failed',
      notes: [expect.stringContaining('the fixes of shouting were taken back: after them guard')],
    });
    expect(result.runs[1]).toMatchObject({ outcome: 'passed' });
  });

  it('keeps a good fix although a test was red before', async () => {
    const red = wordCheck({ id: 'tests', bad: 'cat' });
    await using repository = await repositoryWith({ 'a.txt': 'teh\ncat\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [teh]), agentWith('qa', [red])]);
    expect(await repository.read('a.txt')).toBe('the\ncat\n');
    expect(result.runs.map((run) => run.outcome)).toEqual(['fixed', 'failed']);
  });

  it('lets an agent whose change conflicts run again on the merged tree', async () => {
    const first = wordCheck({ id: 'first', bad: 'one', good: 'eins' });
    const second = wordCheck({ id: 'second', bad: 'two', good: 'zwei' });
    await using repository = await repositoryWith({ 'a.txt': 'one two\n' });
    const { result, recorded } = await runEngine(repository, [agentWith('backend', [first], 'HIGH'), agentWith('docs', [second], 'LOW')]);
    expect(await repository.read('a.txt')).toBe('eins zwei\n');
    expect(result.runs[1]?.notes.join()).toContain('ran again on the merged tree');
    // What it found there is not said of the tree that was checked.
    expect(recorded.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ agentId: 'docs', key: expect.not.stringMatching('key-of-docs') as string }),
    );
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('takes the commit of lowest priority out when only the sum of all is worse', async () => {
    const first = wordCheck({ id: 'first', bad: 'one', good: 'left', files: /a\.txt$/ });
    const second = wordCheck({ id: 'second', bad: 'two', good: 'right', files: /b\.txt$/ });
    const both = {
      ...wordCheck({ id: 'both', bad: 'never' }),
      inspect: async (context: Parameters<typeof first.inspect>[0]) => {
        const { readFileSync } = await import('node:fs');
        const text = ['a.txt', 'b.txt'].map((path) => readFileSync(join(context.root, path), 'utf8')).join('');
        const isBad = text.includes('left') && text.includes('right');
        const { fingerprintFindings } = await import('../../ledger/finding.ts');
        const findings = fingerprintFindings('both', isBad ? [{ rule: 'both', severity: 'error', message: 'left and right' }] : []);
        return { outcome: isBad ? ('failed' as const) : ('passed' as const), reason: null, findings, command: null, log: '' };
      },
    };
    await using repository = await repositoryWith({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
    const { result } = await runEngine(repository, [
      agentWith('backend', [first], 'HIGH'),
      agentWith('docs', [second], 'LOW'),
      agentWith('qa', [both]),
    ]);
    expect(await repository.read('a.txt')).toBe('left\n');
    expect(await repository.read('b.txt')).toBe('two\n');
    expect(result.runs.map((run) => run.outcome)).toEqual(['fixed', 'failed', 'passed']);
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('puts back what a fixer changes outside its files', async () => {
    const stray = wordCheck({
      id: 'stray',
      bad: 'teh',
      good: 'the',
      afterFix: (context) => {
        writeFileSync(join(context.root, 'b.txt'), 'overwritten\n');
        writeFileSync(join(context.root, 'new.txt'), 'made up\n');
      },
    });
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', 'b.txt': 'fine\n' });
    await runEngine(repository, [agentWith('docs', [stray])]);
    expect(await repository.git('diff', '--name-only', 'HEAD~1', 'HEAD')).toBe('a.txt');
    expect(await repository.read('b.txt')).toBe('fine\n');
  });

  it('lets a fixer whose check tells no place repair all files that are the agent’s', async () => {
    const placeless = {
      ...teh,
      inspect: async (context: Parameters<typeof teh.inspect>[0]) => {
        const report = await teh.inspect(context);
        return { ...report, findings: report.findings.slice(0, 1).map((finding) => ({ ...finding, path: null, line: null })) };
      },
    };
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', 'b.txt': 'teh\n' });
    await runEngine(repository, [agentWith('docs', [placeless])]);
    expect(await repository.git('diff', '--name-only', 'HEAD~1', 'HEAD')).toBe('a.txt\nb.txt');
  });

  it('changes nothing that agents may not change', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', '.github/b.txt': 'teh\n' });
    const policy = policyOf([agentWith('docs', [teh])], { mayChange: (path) => !path.startsWith('.github/') });
    await runEngine(repository, policy.agents, { policy });
    expect(await repository.git('diff', '--name-only', 'HEAD~1', 'HEAD')).toBe('a.txt');
  });

  it('writes nothing with --no-fix', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const policy = policyOf([agentWith('docs', [teh])], { fix: false });
    const { result } = await runEngine(repository, policy.agents, { policy });
    expect(result.runs[0]).toMatchObject({ outcome: 'failed', commit: null });
    expect(await repository.git('rev-list', '--count', 'HEAD')).toBe('1');
  });

  it('freezes a file that two fixers change back and forth', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    await repository.write('good', 'the\n');
    const blob = await repository.git('hash-object', 'good');
    await repository.write('good', null);
    const current = await repository.git('rev-parse', 'HEAD:a.txt');
    const states = [
      { blob: current, agent: 'backend' as const },
      { blob, agent: null },
    ];
    const written = [{ branch: 'main', paths: [{ path: 'a.txt', states }] }];
    const { result } = await runEngine(repository, [agentWith('docs', [teh])], { memory: { ...emptyState(), written } });
    expect(result.runs[0]).toMatchObject({
      outcome: 'failed',
      commit: null,
      notes: [expect.stringContaining('a.txt is left alone: backend changed it away')],
    });
  });

  it('ends a check that throws as errored and lets the others go on', async () => {
    const broken = { ...wordCheck({ id: 'broken', bad: 'x' }), inspect: () => Promise.reject(new Error('boom')) };
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [teh]), agentWith('qa', [broken])]);
    expect(result.runs[0]).toMatchObject({ outcome: 'fixed' });
    expect(result.runs[1]).toMatchObject({
      outcome: 'errored',
      reason: 'internal',
      checks: [{ hint: expect.stringContaining('boom') as string }],
    });
  });

  it('tries a check again that met a transient fault', async () => {
    let calls = 0;
    const flaky = {
      ...wordCheck({ id: 'remote', bad: 'x' }),
      inspect: () => {
        calls += 1;
        const isDown = calls < 3;
        return Promise.resolve({
          outcome: isDown ? ('errored' as const) : ('passed' as const),
          reason: isDown ? ('network' as const) : null,
          findings: [],
          command: null,
          log: '',
        });
      },
    };
    await using repository = await repositoryWith({ 'a.txt': 'x\n' });
    const policy = policyOf([agentWith('qa', [flaky])], { retryDelayMs: (attempt) => (attempt > 3 ? null : 1) });
    const { result, events } = await runEngine(repository, policy.agents, { policy });
    expect(calls).toBe(3);
    expect(result.runs[0]).toMatchObject({ outcome: 'passed' });
    expect(events.map(eventLine).filter((line) => line?.includes('attempt') === true)).toEqual(
      [1, 2].map((number) => `qa            remote: attempt ${number} could not be carried out (network): trying again in 0.0 s`),
    );
  });

  it('runs a check that several agents share once a tree', async () => {
    let calls = 0;
    const shared = { ...teh, inspect: (context: Parameters<typeof teh.inspect>[0]) => ((calls += 1), teh.inspect(context)) };
    await using repository = await repositoryWith({ 'a.txt': 'fine\n' });
    await runEngine(repository, [agentWith('docs', [shared]), agentWith('qa', [shared]), agentWith('backend', [shared])]);
    expect(calls).toBe(1);
  });
});

describe('delivery to the checked-out branch', () => {
  it('keeps the commit when HEAD is detached, and the next run delivers it', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    await repository.git('checkout', '-q', '--detach');
    const first = await runEngine(repository, [agentWith('docs', [teh])]);
    expect(first.result.delivery).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('detached') as string });
    expect(first.recorded[0]?.data).toMatchObject({ delivered: false, outcome: 'fixed' });
    const kept = await repository.git('rev-parse', 'refs/upkeep/suggest/docs');
    expect(await repository.read('a.txt')).toBe('teh\n');
    await repository.git('checkout', '-q', 'main');
    const second = await runEngine(repository, [agentWith('docs', [teh])], { pending: kept });
    expect(second.result.delivery.outcome).toBe('delivered');
    expect(await repository.read('a.txt')).toBe('the\n');
    expect(await repository.git('for-each-ref', 'refs/upkeep')).toBe('');
  });

  it('puts its commit on top of what the person committed meanwhile', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const meddling = wordCheck({ id: 'meddling', bad: 'zzz' });
    let done = false;
    const check = {
      ...meddling,
      inspect: async (context: Parameters<typeof meddling.inspect>[0]) => {
        if (!done) {
          done = true;
          await repository.commit('meanwhile', { 'c.txt': 'mine\n' });
        }
        return meddling.inspect(context);
      },
    };
    const { result } = await runEngine(repository, [agentWith('docs', [teh]), agentWith('qa', [check])]);
    expect(result.delivery.outcome).toBe('delivered');
    expect((await repository.git('log', '--format=%s')).split('\n').slice(1)).toEqual(['meanwhile', 'first']);
    expect(await repository.read('a.txt')).toBe('the\n');
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });

  it('leaves an uncommitted change in the way as it is and keeps the commit', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    await repository.write('a.txt', 'teh, and I am writing\n');
    const { result } = await runEngine(repository, [agentWith('docs', [teh])]);
    expect(result.delivery).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('a.txt') as string });
    expect(await repository.read('a.txt')).toBe('teh, and I am writing\n');
    expect(await repository.git('rev-list', '--count', 'main')).toBe('1');
  });
});

describe('an interruption', () => {
  it('keeps what was finished, ends the rest and leaves no worktree', async () => {
    const controller = new AbortController();
    const hanging = {
      ...wordCheck({ id: 'hanging', bad: 'x', files: /\.md$/ }),
      inspect: async (context: Parameters<typeof teh.inspect>[0]) => {
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
        return { outcome: 'passed' as const, reason: null, findings: [], command: null, log: '' };
      },
    };
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const { result } = await runEngine(repository, [agentWith('docs', [teh]), agentWith('qa', [hanging])], {
      signal: controller.signal,
      emit: (event) => {
        if (event.type === 'agent:progress' && event.data.message.startsWith('has its commit')) controller.abort();
      },
    });
    expect(result).toMatchObject({ interrupted: true, runs: [{ outcome: 'cancelled', reason: 'interrupted' }, { outcome: 'cancelled' }] });
    expect(await repository.read('a.txt')).toBe('teh\n');
    expect(result.kept.join()).toContain('docs had finished');
    expect(await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep')).toBe('refs/upkeep/suggest/docs');
    expect(await leftovers(repository)).toEqual(NOTHING_LEFT);
  });
});
