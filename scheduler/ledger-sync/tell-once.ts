/** Says a thing when it begins and when it changes, not each time that it is seen. */

export interface TellOnce {
  /** What is so now about a subject; null: nothing is any more. */
  (subject: string, what: string | null): void;
}

export function tellOnce(tell: (what: string) => void): TellOnce {
  const said = new Map<string, string>();
  return (subject, what) => {
    if (what === null) said.delete(subject);
    else if (said.get(subject) !== what) {
      said.set(subject, what);
      tell(what);
    }
  };
}
