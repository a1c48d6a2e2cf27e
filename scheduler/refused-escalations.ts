/** What GitHub would not do: asked for again after a while, at once when it is forced or somebody else asks, and named until then. Pure. */
import type { Escalation } from '../ledger/state.ts';

/** Who asks, as far as it matters here. */
export interface Asking {
  /** A short name, other for another token; `JOB` for the one that a job was given; null where it is not known. */
  readonly asker: string | null;
  /** Somebody wants to know at once. */
  readonly isForced: boolean;
}

/** The token of a job is another one in each run, with the same rights. */
export const JOB = 'job';

/** What GitHub would not do is asked for again after so long: somebody may have changed the settings. */
const ASK_AGAIN_MS = 24 * 60 * 60_000;

/** Why people have not been told of what fails, as far as that is known, or null when they have: an issue refused, or words in it. */
export function unsaid(issue: Escalation | undefined): { readonly code: string | null; readonly at: string } | null {
  if (issue === undefined || (issue.number !== null && issue.refusal === undefined)) return null;
  return { code: issue.refusal?.code ?? null, at: issue.refusal?.at ?? issue.since };
}

/** Whether it is to be asked for now. `at`: ISO time of the refusal. */
export function mayAskAgain(issue: Escalation | undefined, at: string, { asking, now }: { asking?: Asking; now: Date }): boolean {
  const { asker = null, isForced = false } = asking ?? {};
  const isOther = asker !== null && issue?.refusal !== undefined && issue.refusal.asker !== asker;
  return isForced || isOther || now.getTime() - Date.parse(at) >= ASK_AGAIN_MS;
}

/** Words for what GitHub answered, by the codes of github/github-error.ts. */
export function refusalWords(code: string | null): string {
  switch (code) {
    case 'disabled':
      return 'issues were turned off in this repository';
    case 'archived':
      return 'the repository was archived';
    case 'forbidden':
    case 'not-found':
      return 'the token might not write issues';
    case 'bad-credentials':
      return 'GitHub did not know the token';
    default:
      return 'GitHub would not take it';
  }
}
