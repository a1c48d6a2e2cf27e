import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitServer } from '../support/git-server.ts';
import { startGitServer, READER_TOKEN, WRITER_TOKEN } from '../support/git-server.ts';
import { createRepository, repositoryAt } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { threeAgentsRepository } from '../support/three-agents.ts';

let server: GitServer;
beforeAll(async () => {
  server = await startGitServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let count = 0;

/** A remote with three faults and a clone of it that may write. */
async function remoteAndClone(token = WRITER_TOKEN): Promise<{ bare: TestRepository; clone: TestRepository; name: string }> {
  const name = `r${++count}`;
  const bare = await server.create(name);
  await using seed = await threeAgentsRepository();
  await seed.git('-c', `http.extraHeader=${server.header(WRITER_TOKEN)}`, 'push', '-q', server.url(name), 'main');
  return { bare, clone: await cloneOf(name, seed, token), name };
}

async function cloneOf(name: string, from: TestRepository, token = WRITER_TOKEN): Promise<TestRepository> {
  const clone = await from.clone();
  await clone.git('remote', 'set-url', 'origin', server.url(name));
  await clone.git('config', 'http.extraHeader', server.header(token));
  await clone.git('fetch', '-q', 'origin');
  return clone;
}

const agentsOf = async (repository: TestRepository, range: string): Promise<string[]> =>
  (await repository.git('log', '--format=%(trailers:key=Agent,valueonly,separator=%x2C)', range))
    .split('\n')
    .filter((line) => line !== '')
    .sort();

describe('delivery by push', () => {
  it('pushes branch and ledger, leaves the clone as it is, and remembers for every clone', async () => {
    const { bare, clone, name } = await remoteAndClone();
    await using one = clone;
    await using seed = await bare.clone();
    await using other = await cloneOf(name, seed);
    const { code, document } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(0);
    expect(document.delivery).toMatchObject({ mode: 'push', outcome: 'pushed' });
    expect(await agentsOf(bare, `${document.base}..main`)).toEqual(['backend', 'docs', 'qa']);
    expect(await one.head()).toBe(document.base);
    expect(await one.git('status', '--porcelain')).toBe('');
    expect(await bare.git('cat-file', '-t', 'refs/upkeep/ledger')).toBe('commit');
    const [mine, theirs] = [await agent(one.path, ['status', '--json']), await agent(other.path, ['status', '--json'])];
    const outcomes = (text: string): unknown =>
      (JSON.parse(text) as { agents: { agent: string; last: { outcome: string; runId: string } | null }[] }).agents.map(
        ({ agent: id, last }) => [id, last?.outcome ?? null],
      );
    await other.git('pull', '-q', '--ff-only');
    const again = await runJson(other.path, ['--delivery', 'push']);
    expect(again.document.runs.filter((run) => run.outcome !== 'skipped')).toEqual([]);
    expect(again.document.runs.find((run) => run.agent === 'backend')).toMatchObject({ reason: 'unchanged' });
    expect(outcomes(mine.stdout)).toEqual(outcomes((await agent(other.path, ['status', '--json'])).stdout));
    expect(theirs.code).toBe(0);
  });

  it('takes the address of a remote as Git does: from the top of the working tree', async () => {
    await using made = await createRepository('--bare');
    const bare = repositoryAt(made.path);
    await using one = await threeAgentsRepository();
    await one.git('remote', 'add', 'origin', `../${basename(bare.path)}`);
    await one.git('push', '-q', 'origin', 'main');
    await one.write('deep/er/x', '');
    const { code, document } = await runJson(join(one.path, 'deep/er'), ['--delivery', 'push']);
    expect([code, document.delivery.outcome, document.delivery.reason]).toEqual([0, 'pushed', null]);
    expect(await agentsOf(bare, 'main')).toEqual(['backend', 'docs', 'qa']);
    expect(await bare.git('cat-file', '-t', 'refs/upkeep/ledger')).toBe('commit');
    const { stdout } = await agent(join(one.path, 'deep'), ['doctor']);
    expect(stdout).toMatch(/✔ remote +origin answers/);
    expect(stdout).toMatch(/✔ rights +origin takes pushes/);
  });

  it('puts its commits on top of what others pushed meanwhile', async () => {
    const { bare, clone } = await remoteAndClone();
    await using one = clone;
    await using person = await bare.clone();
    await person.commit('meanwhile', { 'other.txt': 'mine\n' });
    await person.git('push', '-q', 'origin', 'main');
    const { code, document } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('pushed');
    expect(await bare.git('log', '-4', '--format=%s', 'main')).toContain('meanwhile');
    expect(await bare.git('show', 'main:other.txt')).toBe('mine');
    expect(await agentsOf(bare, 'main')).toEqual(['backend', 'docs', 'qa']);
  });

  it('never pushes what the person has not pushed', async () => {
    const { bare, clone } = await remoteAndClone();
    await using one = clone;
    await one.commit('not for others yet', { 'draft.txt': 'draft\n' });
    const { code } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(0);
    expect(await bare.git('log', '--format=%s', 'main')).not.toContain('not for others yet');
    expect(await agentsOf(bare, 'main')).toEqual(['backend', 'docs', 'qa']);
  });

  it('keeps refused work as refs and patches and ends with 4', async () => {
    const { bare, clone, name } = await remoteAndClone();
    await using one = clone;
    await server.protect(name, 'main');
    const before = await bare.git('rev-parse', 'main');
    const { code, document } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(4);
    expect(document.delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('protected') as string });
    expect(await bare.git('rev-parse', 'main')).toBe(before);
    expect((await one.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).split('\n')).toHaveLength(3);
    const patches = join(one.path, '.git', 'upkeep', 'patches');
    expect(readdirSync(join(patches, readdirSync(patches)[0] ?? ''))).toHaveLength(3);
    expect(await bare.git('log', '-1', '--format=%H', 'refs/upkeep/ledger')).not.toBe('');
    expect(existsSync(join(one.path, '.git', 'upkeep', 'run.lock'))).toBe(false);
  });

  it('does not lose its work when the token may only read', async () => {
    const { clone } = await remoteAndClone(READER_TOKEN);
    await using one = clone;
    const { code, document } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(4);
    expect(document.delivery.outcome).toBe('refused');
    expect((await one.git('for-each-ref', 'refs/upkeep/suggest')).split('\n')).toHaveLength(3);
  });

  it('knows that a push arrived although the answer did not', async () => {
    const { bare, clone } = await remoteAndClone();
    await using one = clone;
    server.fail('cut-response', 'push');
    const { code, document } = await runJson(one.path, ['--delivery', 'push']);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('pushed');
    expect(await agentsOf(bare, 'main')).toEqual(['backend', 'docs', 'qa']);
  });

  it('delivers with the next run what a vanished remote did not take', async () => {
    const { bare, clone } = await remoteAndClone();
    await using one = clone;
    const address = await one.git('remote', 'get-url', 'origin');
    await one.git('remote', 'set-url', 'origin', 'http://127.0.0.1:9/gone.git');
    const first = await runJson(one.path, ['--delivery', 'push']);
    expect(first.code).toBe(4);
    await one.git('remote', 'set-url', 'origin', address);
    const second = await runJson(one.path, ['--delivery', 'push']);
    expect(second.code).toBe(0);
    expect(second.document.delivery.outcome).toBe('pushed');
    expect(await agentsOf(bare, 'main')).toEqual(['backend', 'docs', 'qa']);
    expect(await one.git('for-each-ref', 'refs/upkeep/suggest', 'refs/upkeep/runs')).toBe('');
  });
});
