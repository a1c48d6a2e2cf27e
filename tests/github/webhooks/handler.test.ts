/** What a webhook may be sent as, and what becomes of one that comes twice. */
import { describe, expect, it, vi } from 'vitest';
import { memoryDeliveryStore, type DeliveryStore } from '../../../github/webhooks/delivery-store.ts';
import { createWebhookHandler, MOST_BODY_BYTES, type WebhookHandler } from '../../../github/webhooks/handler.ts';
import type { WebhookTrigger } from '../../../github/webhooks/trigger.ts';
import { exampleOf, OURS, SECRET, signed, signedBody } from '../../support/webhooks.ts';

const PUSH = exampleOf('push[4]');

function handlerWith(options: {
  secrets?: readonly string[];
  seen?: DeliveryStore;
  onTrigger?: (trigger: WebhookTrigger) => Promise<void>;
}): { handler: WebhookHandler; handedOn: WebhookTrigger[] } {
  const handedOn: WebhookTrigger[] = [];
  const handler = createWebhookHandler({
    secrets: options.secrets ?? [SECRET],
    seen: options.seen ?? memoryDeliveryStore(),
    ours: OURS,
    onTrigger: async (trigger) => {
      await options.onTrigger?.(trigger);
      handedOn.push(trigger);
    },
  });
  return { handler, handedOn };
}

describe('a webhook', () => {
  it('is let in by the new secret and by the old one while they are changed', async () => {
    const { handler } = handlerWith({ secrets: ['the new one', SECRET] });
    expect((await handler.handle(signed(PUSH))).status).toBe(202);
    const other = exampleOf('push[4]', (payload) => (payload['forced'] = true));
    expect((await handler.handle(signed(other, { secret: 'the new one' }))).status).toBe(202);
    expect((await handler.handle(signed(other, { secret: 'neither' }))).status).toBe(401);
  });
  it('cannot be let in without a secret', () => {
    expect(() => handlerWith({ secrets: [] })).toThrow(/needs a secret/);
    expect(() => handlerWith({ secrets: [SECRET, ''] })).toThrow(/needs a secret/);
  });
  it('is refused without a signature, with a wrong one and with a SHA-1 one', async () => {
    const { handler, handedOn } = handlerWith({});
    const { headers, body } = signed(PUSH);
    const { 'x-hub-signature-256': right, ...without } = headers;
    const tries = [
      without,
      { ...without, 'x-hub-signature': 'sha1=0000' },
      { ...headers, 'x-hub-signature-256': 'sha256=' },
      { ...headers, 'x-hub-signature-256': '' },
      { ...headers, 'x-hub-signature-256': String(right).replace('sha256=', '') },
      { ...headers, 'x-hub-signature-256': String(right).toUpperCase() },
      { ...headers, 'x-hub-signature-256': [String(right), String(right)] },
    ];
    for (const tried of tries) expect((await handler.handle({ headers: tried, body })).status).toBe(401);
    expect((await handler.handle({ headers, body: Buffer.alloc(0) })).status).toBe(401);
    expect(handedOn).toEqual([]);
  });
  it('is refused in silence: nothing of it is printed or answered', async () => {
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(process.stderr, 'write')];
    try {
      const { handler } = handlerWith({});
      const { headers, body } = signed({ event: 'push', payload: { token: 'ghp_payload' } }, { secret: 'wrong' });
      const answer = await handler.handle({ headers, body });
      expect(answer).toMatchObject({ status: 401, result: { kind: 'refused' } });
      expect(JSON.stringify(answer)).not.toContain('ghp_payload');
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
    }
  });
  it('must be JSON by its content type, which is not what GitHub proposes', async () => {
    const { handler } = handlerWith({});
    const { headers, body } = signed(PUSH);
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', '', 'application/jsonp']) {
      const answer = await handler.handle({ headers: { ...headers, 'content-type': type }, body });
      expect(answer.status).toBe(415);
      expect(answer.body).toContain('choose it in the settings of the webhook');
    }
    const withCharset = { ...headers, 'content-type': 'application/json; charset=utf-8' };
    expect((await handler.handle({ headers: withCharset, body })).status).toBe(202);
  });
  it('of 30 MB is refused by its header before it is read, and by its length', async () => {
    const { handler } = handlerWith({});
    const { headers } = signed(PUSH);
    expect(handler.refuse({ ...headers, 'content-length': String(30 * 1024 * 1024) })).toMatchObject({ status: 413 });
    expect(handler.refuse({ ...headers, 'content-length': String(MOST_BODY_BYTES) })).toBeNull();
    const huge = signedBody(Buffer.alloc(MOST_BODY_BYTES + 1, ' '), { event: 'push' });
    expect(await handler.handle(huge)).toMatchObject({ status: 413, body: `{"error":"expected at most ${MOST_BODY_BYTES} bytes"}\n` });
  });
  it.for([
    ['{"ref": ', 'the body is no JSON'],
    ['\ufeff{}', 'the body is no JSON'],
    ['[]', 'a payload of push looks otherwise: the payload: expected object, received array'],
    ['null', 'a payload of push looks otherwise: the payload: expected object, received null'],
  ] as const)('of another shape is refused with what was expected: %s', async ([text, why]) => {
    const { handler } = handlerWith({});
    const answer = await handler.handle(signedBody(Buffer.from(text), { event: 'push' }));
    expect(answer).toMatchObject({ status: 400, result: { kind: 'refused', why } });
  });
  it('needs the name of its event and the id of its delivery', async () => {
    const { handler } = handlerWith({});
    const { headers, body } = signed(PUSH);
    const without = await handler.handle({ headers: { ...headers, 'x-github-event': undefined }, body });
    expect(without).toMatchObject({ status: 400, body: '{"error":"x-github-event: expected the name of an event"}\n' });
    for (const id of [undefined, '', 'a b', '../x', 'x'.repeat(101)]) {
      const answer = await handler.handle({ headers: { ...headers, 'x-github-delivery': id }, body });
      expect(answer).toMatchObject({ status: 400, body: '{"error":"x-github-delivery: expected the id of the delivery"}\n' });
    }
  });
  it('with a deep nest of brackets does not end the process', async () => {
    const { handler } = handlerWith({});
    const nest = signedBody(Buffer.from('['.repeat(1_000_000)), { event: 'push' });
    expect((await handler.handle(nest)).status).toBe(400);
  });
});

describe('a webhook that comes twice', () => {
  it('is acted on once', async () => {
    const { handler, handedOn } = handlerWith({});
    const request = signed(PUSH);
    expect((await handler.handle(request)).status).toBe(202);
    expect(await handler.handle(request)).toMatchObject({ status: 200, body: '{"ignored":"redelivered"}\n', result: { kind: 'seen' } });
    expect(handedOn).toHaveLength(1);
  });
  it('is acted on once when both come at the same time', async () => {
    const { handler, handedOn } = handlerWith({});
    const request = signed(PUSH);
    const answers = await Promise.all(Array.from({ length: 20 }, () => handler.handle(request)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(handedOn).toHaveLength(1);
  });
  it('is acted on once when somebody gives the same body a new id, which is not signed', async () => {
    const { handler, handedOn } = handlerWith({});
    await handler.handle(signed(PUSH));
    expect((await handler.handle(signed(PUSH))).result.kind).toBe('seen');
    const { headers, body } = signed(PUSH);
    expect((await handler.handle({ headers: { ...headers, 'x-github-event': 'ping' }, body })).status).toBe(400);
    expect(handedOn).toHaveLength(1);
  });
  it('is acted on when the first time it could not be taken over', async () => {
    let isDown = true;
    const { handler, handedOn } = handlerWith({
      onTrigger: () => (isDown ? Promise.reject(new Error('the disk is full')) : Promise.resolve()),
    });
    const request = signed(PUSH);
    const answer = await handler.handle(request);
    expect(answer).toMatchObject({ status: 503, result: { kind: 'failed', error: new Error('the disk is full') } });
    expect(answer.body).not.toContain('disk');
    isDown = false;
    expect((await handler.handle(request)).status).toBe(202);
    expect(handedOn).toHaveLength(1);
  });
  it('that could not be noted down is told, and is still known to this process', async () => {
    const memory = memoryDeliveryStore();
    const { handler, handedOn } = handlerWith({ seen: { ...memory, settle: () => Promise.reject(new Error('read-only')) } });
    const request = signed(PUSH);
    expect(await handler.handle(request)).toMatchObject({ status: 202, result: { unkept: new Error('read-only') } });
    expect((await handler.handle(request)).result.kind).toBe('seen');
    expect(handedOn).toHaveLength(1);
  });
});
