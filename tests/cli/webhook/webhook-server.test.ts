/** The HTTP side, with clients that do not behave. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openWebhookServer, type WebhookServerLimits } from '../../../cli/webhook/webhook-server.ts';
import { memoryDeliveryStore } from '../../../github/webhooks/delivery-store.ts';
import { createWebhookHandler, MOST_BODY_BYTES } from '../../../github/webhooks/handler.ts';
import type { WebhookTrigger } from '../../../github/webhooks/trigger.ts';
import { exampleOf, OURS, SECRET, signed, signedBody, type SignedRequest } from '../../support/webhooks.ts';

const PUSH = exampleOf('push[4]');

async function serverWith(limits: Partial<WebhookServerLimits> = {}, onTrigger: () => Promise<void> = async () => undefined) {
  const triggers: WebhookTrigger[] = [];
  const statuses: number[] = [];
  const handler = createWebhookHandler({
    secrets: [SECRET],
    seen: memoryDeliveryStore(),
    ours: OURS,
    onTrigger: async (trigger) => {
      await onTrigger();
      triggers.push(trigger);
    },
  });
  const server = await openWebhookServer({ handler, host: '127.0.0.1', port: 0, limits, onAnswer: ({ status }) => statuses.push(status) });
  return {
    ...{ port: server.port, triggers, statuses, close: () => server.close() },
    url: `http://127.0.0.1:${server.port}/`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

async function post(url: string, { headers, body }: SignedRequest): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body: new Uint8Array(body) });
  return { status: answer.status, body: await answer.json() };
}

/** A connection on which the test says what it likes. */
async function raw(port: number, text: string): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(said)));
  await once(socket, 'connect');
  socket.write(text);
  return { socket, closed };
}

function headersOf(request: SignedRequest, more = ''): string {
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
  return `POST / HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\n${more}`;
}

describe('the webhook server', () => {
  it('takes what is signed, answers what is not, and tells what it is for', async () => {
    await using server = await serverWith();
    expect(await post(server.url, signed(PUSH))).toEqual({ status: 202, body: { accepted: 'push' } });
    expect(await post(server.url, signed(PUSH, { secret: 'wrong' }))).toMatchObject({ status: 401 });
    expect(await post(server.url, signed(exampleOf('star.created[0]')))).toEqual({ status: 200, body: { ignored: 'unknown-event' } });
    expect(server.triggers).toHaveLength(1);
    expect(server.statuses).toEqual([202, 401, 200]);
    const looked = await fetch(server.url);
    expect([looked.status, await looked.json()]).toEqual([200, { listening: true }]);
    const put = await fetch(server.url, { method: 'PUT', body: 'x' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers 413 to 30 MB, whether their length is told or not', async () => {
    await using server = await serverWith();
    const huge = signedBody(Buffer.alloc(30 * 1024 * 1024, ' '), { event: 'push' });
    expect(await post(server.url, huge)).toEqual({ status: 413, body: { error: `expected at most ${MOST_BODY_BYTES} bytes` } });
    const chunked = httpRequest(server.url, { method: 'POST', headers: huge.headers as Record<string, string> });
    chunked.flushHeaders();
    const answered = once(chunked, 'response') as Promise<[{ statusCode: number; resume(): void }]>;
    chunked.on('error', () => undefined);
    chunked.end(huge.body);
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(413);
    chunked.destroy();
    expect(server.triggers).toEqual([]);
  });

  it('refuses by the headers alone, before a body comes', async () => {
    await using server = await serverWith();
    const { socket, closed } = await raw(
      server.port,
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 1000000\r\n\r\n',
    );
    await once(socket, 'data');
    socket.destroy();
    expect(await closed).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('ends connections that do not get their headers or their body done in time', async () => {
    await using server = await serverWith({ headersMs: 100, requestMs: 200 });
    const slowHeaders = await raw(server.port, 'POST / HTTP/1.1\r\nhost: x\r\n');
    const slowBody = await raw(server.port, headersOf(signed(PUSH), 'content-length: 1000\r\n\r\n{'));
    expect(await slowHeaders.closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(await slowBody.closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(await post(server.url, signed(PUSH))).toMatchObject({ status: 202 });
  });

  it('takes no more connections than it was told, and goes on when they are gone', async () => {
    await using server = await serverWith({ connections: 2 });
    const idle = await Promise.all([raw(server.port, 'POST'), raw(server.port, 'POST')]);
    const third = await raw(server.port, headersOf(signed(PUSH), 'content-length: 2\r\n\r\n{}'));
    expect(await third.closed).toBe('');
    for (const { socket } of idle) socket.destroy();
    await Promise.all(idle.map(({ closed }) => closed));
    await expect
      .poll(() =>
        post(server.url, signed(PUSH)).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(202);
  });

  it('holds only so many bytes at once, and lets them go when the other side goes away', async () => {
    await using server = await serverWith({ heldBytes: 100_000 });
    const big = signedBody(Buffer.alloc(90_000, ' '), { event: 'push' });
    const holding = await raw(server.port, `${headersOf(big, 'content-length: 90001\r\n\r\n')}${' '.repeat(90_000)}`);
    await expect.poll(() => post(server.url, big).then(({ status }) => status)).toBe(503);
    holding.socket.destroy();
    await holding.closed;
    await expect.poll(() => post(server.url, big).then(({ status }) => status)).toBe(400);
    expect(await post(server.url, signed(PUSH))).toMatchObject({ status: 202 });
  });

  it('answers what is under way before it closes, and takes nothing more', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const server = await serverWith({}, () => {
      begun.resolve();
      return gate.promise;
    });
    const answer = post(server.url, signed(PUSH));
    await begun.promise;
    const closed = server.close();
    gate.resolve();
    expect(await answer).toMatchObject({ status: 202 });
    await closed;
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
