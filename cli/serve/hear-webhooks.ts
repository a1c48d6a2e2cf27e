/** Webhooks of GitHub on the service's HTTP server, when there is a secret: whatever comes before the service is at work may come again. */
import { join } from 'node:path';
import { openDeliveryFile } from '../../github/webhooks/delivery-file.ts';
import { createWebhookHandler, type WebhookHandler } from '../../github/webhooks/handler.ts';
import type { Variables } from '../environment.ts';
import { ownDoings } from '../webhook/own-doings.ts';
import { webhookSecrets } from '../webhook/webhook-secrets.ts';
import type { HttpServerOptions } from './http-server.ts';
import { takeTrigger, type TakeTriggerAsk } from './take-trigger.ts';
import { addWebhookRoute } from './webhook-route.ts';

export interface HeardWebhooks {
  /** The routes; none without a secret. */
  readonly pages: HttpServerOptions['pages'];
  /** From now on triggers are taken. `port`: the one that this process alone listens on. Throws the errors of the disk. */
  readonly begin: (port: number, ask: () => TakeTriggerAsk) => Promise<void>;
}

export interface HearAsk {
  readonly variables: Variables;
  /** What was acted on is remembered there. */
  readonly stateFolder: string;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Throws UsageError for a secret that is too short. */
export function hearWebhooks({ variables, stateFolder, onProblem }: HearAsk): HeardWebhooks {
  const secrets = webhookSecrets(variables);
  if (secrets.length === 0) return { pages: undefined, begin: () => Promise.resolve() };
  let handler: WebhookHandler | null = null;
  return {
    pages: async (server) => addWebhookRoute(server, { handler: () => handler, onProblem }),
    async begin(port, ask) {
      handler = createWebhookHandler({
        secrets,
        seen: await openDeliveryFile(join(stateFolder, 'webhooks', `deliveries-${port}`)),
        ours: ownDoings((name) => ask().repositories.some(({ repository }) => isSame(repository, name))),
        onTrigger: (trigger) => takeTrigger(trigger, ask()),
      });
    },
  };
}

/** A clone whose remote names no repository of GitHub takes nothing: there may be others beside it. */
function isSame(repository: string | null, name: string): boolean {
  return repository !== null && repository.toLowerCase() === name.toLowerCase();
}
