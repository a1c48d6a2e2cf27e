/** Where the App is installed, and GitHub's trial of a webhook. Pure. */
import type { z } from 'zod';
import type { installationRepositoriesSchema, installationSchema, pingSchema } from './payload-schema.ts';
import type { InstallationTrigger, Verdict } from './trigger.ts';
import { ignored, trigger } from './verdict.ts';

const ACTIONS: Readonly<Record<string, InstallationTrigger['action']>> = {
  created: 'created',
  deleted: 'deleted',
  suspend: 'suspended',
  unsuspend: 'unsuspended',
  new_permissions_accepted: 'permissions-accepted',
};

export function classifyInstallation(payload: z.output<typeof installationSchema>): Verdict {
  const action = ACTIONS[payload.action];
  if (action === undefined) return ignored('nothing-follows');
  const names = (payload.repositories ?? []).map((repository) => repository.full_name);
  return trigger({
    kind: 'installation',
    action,
    ...installed(payload),
    added: action === 'created' ? names : [],
    removed: action === 'deleted' ? names : [],
  });
}

export function classifyInstallationRepositories(payload: z.output<typeof installationRepositoriesSchema>): Verdict {
  return trigger({
    kind: 'installation',
    action: 'repositories-changed',
    ...installed(payload),
    added: payload.repositories_added.map((repository) => repository.full_name),
    removed: payload.repositories_removed.map((repository) => repository.full_name),
  });
}

export function classifyPing(payload: z.output<typeof pingSchema>): Verdict {
  return trigger({ kind: 'ping', hookId: payload.hook_id, events: payload.hook.events, repository: payload.repository?.full_name ?? null });
}

function installed({ installation, sender }: Pick<z.output<typeof installationSchema>, 'installation' | 'sender'>): {
  readonly installationId: number;
  readonly account: string;
  readonly sender: string | null;
} {
  return {
    installationId: installation.id,
    account: 'login' in installation.account ? installation.account.login : installation.account.slug,
    sender: sender?.login ?? null,
  };
}
