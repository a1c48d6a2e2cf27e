/** Small makers that the classifiers share. */
import type { z } from 'zod';
import type { pushSchema } from './payload-schema.ts';
import type { IgnoredReason, Verdict, WebhookTrigger } from './trigger.ts';

/** What tells our own doings and our repositories apart. */
export interface Ours {
  /** Logins under which Upkeep acts, `upkeep[bot]` and that of an App. */
  readonly logins: readonly string[];
  /** Workflow files that run Upkeep. */
  readonly workflows: readonly string[];
  /** Whether a repository (`owner/name`) is looked after here. */
  looksAfter(fullName: string): boolean;
}

/** What payloads about a repository have in common. */
export type Common = Pick<z.output<typeof pushSchema>, 'repository' | 'sender' | 'installation'>;

export function ignored(reason: IgnoredReason): Verdict {
  return { kind: 'ignored', reason };
}

export function trigger(one: WebhookTrigger): Verdict {
  return { kind: 'trigger', trigger: one };
}

/** The fields of every trigger about a repository. */
export function about(payload: Common): {
  readonly repository: { readonly fullName: string; readonly defaultBranch: string };
  readonly sender: string | null;
  readonly installationId: number | null;
} {
  const { repository, sender, installation } = payload;
  return {
    repository: { fullName: repository.full_name, defaultBranch: repository.default_branch },
    sender: sender?.login ?? null,
    installationId: installation?.id ?? null,
  };
}

/** Why a payload about this repository leads to nothing whatever the event; null when nothing is in the way. */
export function elsewhere({ repository }: Common, ours: Ours): Verdict | null {
  if (!ours.looksAfter(repository.full_name)) return ignored('other-repository');
  return repository.archived === true ? ignored('archived') : null;
}

/** The same, and what Upkeep did itself. */
export function refusal(payload: Common, ours: Ours): Verdict | null {
  return elsewhere(payload, ours) ?? (isOurs(payload.sender?.login, ours) ? ignored('own-actor') : null);
}

/** Whether Upkeep acts under this login; GitHub takes them in any case. */
export function isOurs(login: string | undefined, ours: Ours): boolean {
  return login !== undefined && ours.logins.some((one) => one.toLowerCase() === login.toLowerCase());
}

/** Whether a program did it: an App or GitHub's workflows. */
export function isProgram(sender: Common['sender']): boolean {
  return sender?.type === 'Bot' || (sender?.login.endsWith('[bot]') ?? false);
}
