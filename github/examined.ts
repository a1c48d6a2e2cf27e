/** What an examination of GitHub is asked, and what it says. */
import type { GitHub } from './client.ts';
import type { PageOwner, TokenKind } from './settings-pages.ts';

/** One thing that was looked at. */
export interface Examined {
  /** Short: `token`, `issues`. */
  readonly subject: string;
  /** `bad`: what the configuration asks for cannot work; `worth-knowing`: it can, but something may surprise. */
  readonly verdict: 'good' | 'worth-knowing' | 'bad';
  /** One sentence. */
  readonly text: string;
  /** What to do; null when there is nothing to do. */
  readonly advice: string | null;
  /** The page on which it is done. */
  readonly page: string | null;
}

export type DeliveryWay = 'push' | 'pull-request' | 'other';

export interface ExamineRequest {
  /** Page of the repository: `https://github.com/acme/site`. */
  readonly pages: string;
  readonly token: TokenKind;
  /** Path of the workflow file that the token belongs to, or null. */
  readonly workflow: string | null;
  /** Where commits of agents go; null: the default branch. */
  readonly branch: string | null;
  /** How they go there in CI. */
  readonly delivery: DeliveryWay;
  /** How they go there by this token. */
  readonly tokenDelivers: DeliveryWay;
  readonly automerges: boolean;
  readonly checks: 'check-runs' | 'statuses' | 'none';
}

/** The repository and the branch that commits of agents go to. */
export interface Place extends PageOwner {
  readonly branch: string;
}

export type RepositoryData = Awaited<ReturnType<GitHub['rest']['repos']['get']>>['data'];

export function good(subject: string, text: string): Examined {
  return { subject, verdict: 'good', text, advice: null, page: null };
}

// eslint-disable-next-line max-params -- reads as the sentence that it makes
export function worthKnowing(subject: string, text: string, advice: string | null, page: string | null = null): Examined {
  return { subject, verdict: 'worth-knowing', text, advice, page };
}

// eslint-disable-next-line max-params -- reads as the sentence that it makes
export function bad(subject: string, text: string, advice: string | null, page: string | null): Examined {
  return { subject, verdict: 'bad', text, advice, page };
}
