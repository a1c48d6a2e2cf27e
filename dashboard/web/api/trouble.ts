/** Whether the last questions went unanswered: the service is silent, or its database is. */
import { toPageError } from './page-error.ts';

export interface Trouble {
  /** `NETWORK`, `DATABASE-…`. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

let trouble: Trouble | null = null;
const listeners = new Set<() => void>();

export function currentTrouble(): Trouble | null {
  return trouble;
}

export function onTrouble(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noticeFailure(error: unknown): void {
  const { code } = toPageError(error);
  if (trouble?.code !== code && /^(NETWORK|DATABASE)/.test(code)) change({ code, since: trouble?.since ?? Date.now() });
}

/** `answer`: whatever came; who one is can be told without a database, and says whether it is there. */
export function noticeAnswer(answer: unknown): void {
  const isWithout = typeof answer === 'object' && answer !== null && 'hasDatabase' in answer && answer.hasDatabase === false;
  if (isWithout) change({ code: 'DATABASE-UNAVAILABLE', since: trouble?.since ?? Date.now() });
  else if (trouble !== null) change(null);
}

function change(next: Trouble | null): void {
  trouble = next;
  for (const listener of listeners) listener();
}
