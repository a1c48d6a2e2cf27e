/** Takes webhooks from GitHub: lets in what is signed, turns it into typed triggers, and acts on each once. */
import { createHash } from 'node:crypto';
import { classify } from './classify.ts';
import type { Delivery, DeliveryStore } from './delivery-store.ts';
import type { IgnoredReason, WebhookTrigger } from './trigger.ts';
import type { Ours } from './verdict.ts';
import { verifier } from './webhook-secrets.ts';

/** GitHub sends no more. */
export const MOST_BODY_BYTES = 25 * 1024 * 1024;

/** As node:http has them: lower-case names. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface WebhookHandlerOptions {
  /** The secret of the webhook; while it is changed, the one before as well. At least one. */
  readonly secrets: readonly string[];
  readonly seen: DeliveryStore;
  readonly ours: Ours;
  /** Takes the work over; when it throws, nothing was taken over and GitHub may send it again. */
  onTrigger(trigger: WebhookTrigger, delivery: Delivery): Promise<void>;
}

/** What became of one request. */
export type WebhookResult =
  /** `unkept`: why a restart will not know that it was acted on; null when it will. */
  | { readonly kind: 'trigger'; readonly trigger: WebhookTrigger; readonly delivery: string; readonly unkept: unknown }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason; readonly delivery: string }
  /** It came before and was acted on. */
  | { readonly kind: 'seen'; readonly delivery: string }
  | { readonly kind: 'refused'; readonly why: string }
  /** The work could not be taken over: `error` is what onTrigger threw. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly delivery: string };

export interface WebhookAnswer {
  /** HTTP status: 202 acted on, 200 nothing to do, 400 wrong shape, 401 not signed, 413 too large, 415 no JSON, 503 try again. */
  readonly status: 200 | 202 | 400 | 401 | 413 | 415 | 503;
  /** JSON in one line, without anything of what came. */
  readonly body: string;
  readonly result: WebhookResult;
}

export interface WebhookHandler {
  /** What the headers alone are refused for, or null: asked before a body of unknown size is read. */
  refuse(headers: WebhookHeaders): WebhookAnswer | null;
  /** Never throws, never prints. */
  handle(request: { readonly headers: WebhookHeaders; readonly body: Buffer }): Promise<WebhookAnswer>;
}

/** A handler; throws TypeError without a secret. */
export function createWebhookHandler(options: WebhookHandlerOptions): WebhookHandler {
  const verify = verifier(options.secrets);
  return {
    refuse: refuseHeaders,
    async handle({ headers, body }) {
      const refused = refuseHeaders(headers) ?? (body.length > MOST_BODY_BYTES ? tooLarge() : null);
      if (refused !== null) return refused;
      const text = body.toString('utf8');
      if (!(await verify(text, one(headers, 'x-hub-signature-256') ?? '')))
        return refuse(401, 'the signature fits none of the secrets: the webhook on GitHub must have the same secret');
      return act({ id: one(headers, 'x-github-delivery') ?? '', event: one(headers, 'x-github-event') ?? '', text }, options);
    },
  };
}

async function act(signed: { id: string; event: string; text: string }, options: WebhookHandlerOptions): Promise<WebhookAnswer> {
  const { id, event, text } = signed;
  if (!/^[0-9A-Za-z-]{1,100}$/.test(id)) return refuse(400, 'x-github-delivery: expected the id of the delivery');
  if (!/^[a-z0-9_]{1,100}$/.test(event)) return refuse(400, 'x-github-event: expected the name of an event');
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return refuse(400, 'the body is no JSON');
  }
  const verdict = classify(event, payload, options.ours);
  if (verdict.kind === 'malformed') return refuse(400, `a payload of ${event} looks otherwise: ${verdict.problems.join('; ')}`);
  if (verdict.kind === 'ignored')
    return answer(200, { ignored: verdict.reason }, { kind: 'ignored', reason: verdict.reason, delivery: id });

  const delivery = { id, digest: createHash('sha256').update(text).digest('hex') };
  if (!(await options.seen.claim(delivery))) return answer(200, { ignored: 'redelivered' }, { kind: 'seen', delivery: id });
  const { trigger } = verdict;
  try {
    await options.onTrigger(trigger, delivery);
  } catch (error) {
    await options.seen.release(delivery);
    return answer(503, { error: 'it could not be taken in now: send it again later' }, { kind: 'failed', error, delivery: id });
  }
  const unkept = await options.seen.settle(delivery).then(
    () => null,
    (error: unknown) => error,
  );
  return answer(202, { accepted: trigger.kind }, { kind: 'trigger', trigger, delivery: id, unkept });
}

function refuseHeaders(headers: WebhookHeaders): WebhookAnswer | null {
  const type = one(headers, 'content-type') ?? '';
  if (!/^\s*application\/json\s*(?:;|$)/i.test(type))
    return refuse(415, 'expected content-type application/json: choose it in the settings of the webhook');
  if (Number(one(headers, 'content-length') ?? '0') > MOST_BODY_BYTES) return tooLarge();
  if (one(headers, 'x-hub-signature-256') === null)
    return refuse(401, 'there is no x-hub-signature-256: the webhook on GitHub must have a secret');
  return null;
}

/** A body of more than 25 MB. */
export function tooLarge(): WebhookAnswer {
  return refuse(413, `expected at most ${MOST_BODY_BYTES} bytes`);
}

function refuse(status: 400 | 401 | 413 | 415, why: string): WebhookAnswer {
  return answer(status, { error: why }, { kind: 'refused', why });
}

function answer(status: WebhookAnswer['status'], body: object, result: WebhookResult): WebhookAnswer {
  return { status, body: `${JSON.stringify(body)}\n`, result };
}

/** The header, or null; one that came twice is none. */
function one(headers: WebhookHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
