/** The service's HTTP side, asked well and badly. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openHttpServer, type HttpServerOptions } from '../../../cli/serve/http-server.ts';
import { asListenError, type ListenError } from '../../../cli/serve/http/listen-error.ts';
import type { Failing } from '../../../cli/serve/http/readiness.ts';

async function serverWith(change: Partial<HttpServerOptions> = {}) {
  const failing: Failing[] = [];
  const problems: string[] = [];
  const server = await openHttpServer({
    port: 0,
    health: { look: () => Promise.resolve(failing) },
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', read: () => Promise.resolve('upkeep_up 1\n') },
    status: () => null,
    onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
    ...change,
  });
  return { ...server, failing, problems, url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.close() };
}

/** What the server says on a connection to one that sends just this. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return said;
}

describe('the HTTP server', () => {
  it('says that the process lives', async () => {
    await using server = await serverWith();
    server.failing.push({ check: 'database', since: '2026-11-21T12:00:00.000Z', why: 'gone' });
    const answer = await fetch(`${server.url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'alive' }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('says whether it is ready, and else what fails since when', async () => {
    await using server = await serverWith();
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    await using busy = await serverWith({ status: () => ({ running: 2 }) });
    expect(await (await fetch(`${busy.url}/readyz`)).json()).toEqual({ status: 'ready', scheduler: { running: 2 } });
    const gone: Failing = { check: 'database', since: '2026-11-21T12:00:00.000Z', why: 'the database does not answer' };
    server.failing.push(gone);
    const answer = await fetch(`${server.url}/readyz?verbose`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'not-ready', failing: [gone] }]);
  });

  it('gives out what was counted, as the text that Prometheus reads', async () => {
    await using server = await serverWith();
    const answer = await fetch(`${server.url}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toBe('upkeep_up 1\n');
  });

  it.each(['/healthz', '/readyz', '/metrics'])('answers HEAD %s without a body', async (path) => {
    await using server = await serverWith();
    const answer = await fetch(server.url + path, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('answers what it does not know by a status and a word, and by nothing else', async () => {
    await using server = await serverWith();
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(server.url + path, init);
      expect(answer.headers.get('server')).toBeNull();
      expect(answer.headers.get('x-powered-by')).toBeNull();
      return [answer.status, await answer.json()];
    };
    expect(await ask('/')).toEqual([404, { error: 'not found' }]);
    expect(await ask('/../etc/passwd')).toEqual([404, { error: 'not found' }]);
    expect(await ask('/%ff')).toEqual([400, { error: 'bad request' }]);
    expect(await ask('/readyz', { method: 'POST', body: '{}' })).toEqual([405, { error: 'method not allowed' }]);
    const json = { 'content-type': 'application/json' };
    expect(await ask('/x', { method: 'POST', body: '{}', headers: json })).toEqual([404, { error: 'not found' }]);
    expect(await ask('/x', { method: 'POST', body: '{', headers: json })).toEqual([400, { error: 'bad request' }]);
    const large = JSON.stringify('x'.repeat(70_000));
    expect(await ask('/x', { method: 'POST', body: large, headers: json })).toEqual([413, { error: 'payload too large' }]);
    const { headers } = await fetch(`${server.url}/metrics`, { method: 'DELETE' });
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it('keeps a fault of ours to itself and tells its owner', async () => {
    await using server = await serverWith({
      metrics: { contentType: 'text/plain', read: () => Promise.reject(new Error('secret place')) },
    });
    const answer = await fetch(`${server.url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, '{"error":"internal server error"}']);
    expect(server.problems).toEqual(['GET /metrics could not be answered: Error: secret place']);
  });

  it('cuts off who sends headers too slowly, and headers that are too large', async () => {
    await using server = await serverWith({ limits: { headersMs: 60 } });
    expect(await say(server.port, 'GET /healthz HTTP/1.1\r\nhost: x\r\n')).toMatch(/^HTTP\/1\.1 408 /);
    expect(await say(server.port, `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await say(server.port, 'no HTTP\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('has pages beside the probes, which their hooks do not reach', async () => {
    await using server = await serverWith({
      pages: async (pages) => {
        pages.addHook('onRequest', async (_request, reply) => reply.code(401).send({ error: 'who are you' }));
        pages.get('/', async () => 'page');
      },
    });
    expect((await fetch(`${server.url}/`)).status).toBe(401);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('waits for answers under way when it closes, but not for ever', async () => {
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    const slow = { contentType: 'text/plain', read: () => (begun.resolve(), may.promise.then(() => 'late')) };
    const patient = await serverWith({ metrics: slow });
    const answer = fetch(`${patient.url}/metrics`);
    await begun.promise;
    const closed = patient.close();
    may.resolve();
    expect(await (await answer).text()).toBe('late');
    await closed;
    const asked = Promise.withResolvers<void>();
    const never = { contentType: 'text/plain', read: () => (asked.resolve(), new Promise<string>(() => undefined)) };
    const strict = await serverWith({ metrics: never, limits: { closeMs: 10 } });
    const refused = expect(fetch(`${strict.url}/metrics`)).rejects.toThrow();
    await asked.promise;
    await strict.close();
    await refused;
  });

  it('says in a coded error why it cannot listen', async () => {
    await using server = await serverWith();
    await expect(serverWith({ port: server.port })).rejects.toMatchObject({
      name: 'ListenError',
      code: 'UPKEEP_USAGE',
      reason: 'port-in-use',
      message: `127.0.0.1:${server.port}: another program listens there: choose another with --port, or 0 for any that is free`,
    });
    await expect(serverWith({ host: '192.0.2.1' })).rejects.toMatchObject({ reason: 'no-such-address' });
    await expect(serverWith({ host: 'no-such-host.invalid' })).rejects.toMatchObject({ reason: 'no-such-host' });
    const denied = asListenError(Object.assign(new Error(), { code: 'EACCES' }), { host: '::1', port: 80 }) as ListenError;
    expect([denied.reason, denied.message]).toEqual(['no-right', '[::1]:80: this user may not listen there: choose a --port above 1023']);
  });

  it('is reached from this machine alone unless told otherwise', async () => {
    await using server = await serverWith();
    expect(server.host).toBe('127.0.0.1');
    await expect(fetch(`http://[::1]:${server.port}/healthz`)).rejects.toThrow();
  });
});
