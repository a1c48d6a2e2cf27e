import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { packetLine, parsePackets } from '../../git/pkt-line.ts';
import { readPack } from '../../git/read-pack.ts';
import { readRemoteFile, type RemoteFile } from '../../git/remote-file.ts';
import { createRepository, type TestRepository } from '../support/git-repository.ts';
import { READER_TOKEN, startGitServer, type GitServer } from '../support/git-server.ts';

const REFS = ['refs/upkeep/ledger', 'refs/heads/upkeep/ledger'];
const STATE = `{"text":"${'state '.repeat(3000)}"}\n`;

/** A server whose repository `r` has two commits with many alike files under refs/upkeep/ledger. */
async function seeded(options?: Parameters<typeof startGitServer>[0]): Promise<{ server: GitServer; bare: TestRepository }> {
  const server = await startGitServer(options);
  const bare = await server.create('r');
  await using work = await createRepository();
  await work.commit('first', { 'state.json': 'old\n' });
  const days = Array.from({ length: 60 }, (_, index) => [`events/2026/01/${index}.jsonl`, `${STATE}${index}\n`] as const);
  await work.commit('second', { 'state.json': STATE, ...Object.fromEntries(days) });
  await work.git('push', '-q', bare.path, 'HEAD:refs/upkeep/ledger', 'HEAD:refs/heads/main');
  return { server, bare };
}

const read = (url: string, more: Partial<Parameters<typeof readRemoteFile>[0]> = {}): Promise<RemoteFile> =>
  readRemoteFile({ url, refs: REFS, file: 'state.json', timeoutMs: 30_000, ...more });

describe('a file of a remote', () => {
  it('is read by two requests, whatever the pack is made of', async () => {
    const { server, bare } = await seeded();
    await using _server = server;
    const answer = await read(server.url('r'));
    expect(answer).toMatchObject({ ok: true, tip: await bare.git('rev-parse', 'refs/upkeep/ledger') });
    expect(answer.ok && answer.content?.toString()).toBe(STATE);
    expect(server.requests).toEqual(['POST /r.git/git-upload-pack 200', 'POST /r.git/git-upload-pack 200']);
  });

  it('is that of the first ref that the remote has; without any it takes one request to know', async () => {
    const { server, bare } = await seeded();
    await using _server = server;
    expect(await read(server.url('r'), { refs: ['refs/upkeep/none'] })).toEqual({ ok: true, tip: null, content: null });
    expect(server.requests).toHaveLength(1);
    // A ref whose name only begins alike is another one.
    await bare.git('update-ref', 'refs/upkeep/ledger-old', 'refs/heads/main~1');
    await bare.git('update-ref', 'refs/heads/upkeep/ledger', 'refs/heads/main~1');
    expect((await read(server.url('r'))) as { tip: string }).toMatchObject({ tip: await bare.git('rev-parse', 'main') });
    await bare.git('update-ref', '-d', 'refs/upkeep/ledger');
    const onBranch = await read(server.url('r'));
    expect(onBranch.ok && onBranch.content?.toString()).toBe('old\n');
    expect(await read(server.url('r'), { file: 'none' })).toMatchObject({ ok: true, content: null });
    expect(await read(server.url('r'), { refs: ['refs/heads/main'], file: 'events' })).toMatchObject({ ok: true, content: null });
  });

  it('takes a token by its header alone', async () => {
    const { server } = await seeded({ readsAnonymously: false, tokens: { [READER_TOKEN]: { login: 'r', write: false } } });
    await using _server = server;
    expect(await read(server.url('r'))).toEqual({ ok: false, why: 'the remote answers 401' });
    expect(await read(server.url('r'), { auth: { header: server.header('wrong') } })).toEqual({ ok: false, why: 'the remote answers 401' });
    expect(await read(server.url('r'), { auth: { header: server.header(READER_TOKEN) } })).toMatchObject({ ok: true });
  });

  it('says in words why there is no answer, and waits no longer than it was told', async () => {
    const { server } = await seeded();
    await using _server = server;
    expect(await read(server.url('none'))).toEqual({ ok: false, why: 'the remote answers 404' });
    server.fail('unavailable', 'fetch');
    expect(await read(server.url('r'))).toEqual({ ok: false, why: 'the remote answers 503' });
    server.fail('cut-response', 'fetch');
    expect(await read(server.url('r'))).toMatchObject({ ok: false });
    server.fail('hang', 'fetch');
    expect(await read(server.url('r'), { timeoutMs: 200 })).toEqual({ ok: false, why: 'the remote did not answer in time' });
    await server[Symbol.asyncDispose]();
    expect(await read(server.url('r'))).toMatchObject({ ok: false, why: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    ['a page', '<!doctype html>', 'no length of a packet at byte 0'],
    ['an older protocol', `${packetLine('# service=git-upload-pack\n')}0000`, 'the remote does not speak version 2 of the protocol'],
    ['a length beyond the end', 'ffff0000', 'no length of a packet at byte 0'],
  ])('is not taken from %s', async (_what, body, why) => {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await read(`http://127.0.0.1:${(server.address() as AddressInfo).port}/r`)).toEqual({ ok: false, why });
    server.close();
    server.closeAllConnections();
  });

  it('of a SHA-256 repository is not read this way', async () => {
    await using server = await startGitServer();
    const { path } = await server.create('r');
    await using work = await createRepository('--object-format=sha256');
    await work.commit('first', { 'state.json': STATE });
    await work.git('init', '-q', '--bare', '--object-format=sha256', `${path}/../s.git`);
    await work.git('push', '-q', `${path}/../s.git`, 'HEAD:refs/upkeep/ledger');
    expect(await read(server.url('s'))).toMatchObject({ ok: false });
  });
});

describe('a pack', () => {
  const packed = (repository: TestRepository, ...options: string[]): Buffer =>
    execFileSync('git', ['pack-objects', '--all', '--stdout', '-q', ...options], { cwd: repository.path, input: '' });

  it('gives every object with the id that Git gives it, deltas by offset or by name', async () => {
    await using repository = await createRepository();
    for (const index of [1, 2, 3])
      await repository.commit(`c${index}`, { 'a.txt': `${STATE}${index}`, 'empty.txt': '', [`d/${index}`]: STATE.repeat(20 + index) });
    await repository.git('tag', '-a', '-m', 'x', 'v1');
    const expected = (
      await repository.git('cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)', '--batch-all-objects')
    ).split('\n');
    for (const options of [['--delta-base-offset'], ['--no-delta-base-offset'], ['--window=0']]) {
      const found = readPack(packed(repository, ...options)).map(({ id, type, content }) => `${id} ${type} ${content.length}`);
      expect(found.sort()).toEqual(expected.sort());
    }
  });

  it('that is torn, changed or of another kind is refused', async () => {
    await using repository = await createRepository();
    await repository.commit('c', { 'a.txt': STATE });
    const pack = packed(repository);
    const changed = Buffer.from(pack);
    changed.writeUInt8(changed.readUInt8(20) ^ 0xff, 20);
    for (const bad of [pack.subarray(0, -1), changed, Buffer.from('PACK'), Buffer.alloc(0), Buffer.from('x'.repeat(100))])
      expect(() => readPack(bad)).toThrow(RangeError);
  });
});

describe('packets', () => {
  it('count their own length in bytes', () => {
    expect(packetLine('né\n')).toBe('0008né\n');
    expect(parsePackets(Buffer.from(`${packetLine('a')}0001${packetLine('b')}0000`))).toEqual([
      { kind: 'line', bytes: Buffer.from('a') },
      { kind: 'delimiter' },
      { kind: 'line', bytes: Buffer.from('b') },
      { kind: 'flush' },
    ]);
    for (const bad of ['0003', '00', 'zzzz', '0009a']) expect(() => parsePackets(Buffer.from(bad))).toThrow(RangeError);
  });
});
