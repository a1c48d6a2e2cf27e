/** One thing that the doctor looked at. */
export interface Diagnosis {
  /** Short: `git`, `remote`, `hooks`. */
  readonly subject: string;
  /** `bad`: agents cannot work; `worth-knowing`: they can, but something may surprise. */
  readonly verdict: 'good' | 'worth-knowing' | 'bad';
  /** One sentence. */
  readonly text: string;
  /** What to do, with the exact setting or command. */
  readonly advice: string | null;
}

export function good(subject: string, text: string): Diagnosis {
  return { subject, verdict: 'good', text, advice: null };
}

export function worthKnowing(subject: string, text: string, advice: string | null = null): Diagnosis {
  return { subject, verdict: 'worth-knowing', text, advice };
}

export function bad(subject: string, text: string, advice: string): Diagnosis {
  return { subject, verdict: 'bad', text, advice };
}
