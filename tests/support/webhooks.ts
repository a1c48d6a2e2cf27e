/** Webhooks as GitHub sends them, from the payloads that its users have collected. */
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { WebhookHeaders } from '../../github/webhooks/handler.ts';
import type { Ours } from '../../github/webhooks/verdict.ts';

export const SECRET = 'a secret that only GitHub and this test know';

/** Upkeep as it is without an App, for whatever repository. */
export const OURS: Ours = { logins: ['upkeep[bot]'], workflows: ['.github/workflows/agents.yml'], looksAfter: () => true };

export interface Example {
  readonly event: string;
  /** `push[0]`, `issues.closed[2]`: counted within event and action. */
  readonly name: string;
  readonly payload: Record<string, unknown>;
}

/** The payloads of @octokit/webhooks-examples for github.com, or for a version of GitHub Enterprise: `ghes-35`. */
export function examples(server = 'api.github.com'): Example[] {
  const events = createRequire(import.meta.url)(`@octokit/webhooks-examples/${server}/index.json`) as {
    name: string;
    examples: Record<string, unknown>[];
  }[];
  const counts = new Map<string, number>();
  return events.flatMap(({ name: event, examples: payloads }) =>
    payloads.map((payload) => {
      const kind = typeof payload['action'] === 'string' ? `${event}.${payload['action']}` : event;
      const index = counts.get(kind) ?? 0;
      counts.set(kind, index + 1);
      return { event, name: `${kind}[${index}]`, payload };
    }),
  );
}

/** A payload that has at least what an example has, changed by `change`. */
export function exampleOf(name: string, change: (payload: Record<string, unknown>) => void = () => undefined): Example {
  const example = examples().find((one) => one.name === name);
  if (example === undefined) throw new Error(`there is no example ${name}`);
  const payload = structuredClone(example.payload);
  change(payload);
  return { ...example, payload };
}

export interface SignedRequest {
  readonly headers: WebhookHeaders;
  readonly body: Buffer;
}

/** The request that GitHub would make. */
export function signed(
  { event, payload }: Pick<Example, 'event'> & { payload: unknown },
  how: { readonly secret?: string; readonly delivery?: string } = {},
): SignedRequest {
  return signedBody(Buffer.from(JSON.stringify(payload)), { event, ...how });
}

/** The same for any body. */
export function signedBody(
  body: Buffer,
  { event, secret = SECRET, delivery = randomUUID() }: { readonly event: string; readonly secret?: string; readonly delivery?: string },
): SignedRequest {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return { headers, body };
}
