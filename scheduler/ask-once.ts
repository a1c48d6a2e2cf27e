/** One question at a time, however many ask: a database that does not answer must not be given all our connections to keep. */

export interface AskSettings<Answer> {
  readonly ask: () => Promise<Answer>;
  /** Whoever asks again within this is given the same answer. */
  readonly freshMs: number;
  /** An answer that takes longer is none; the question stays open, and no other is asked meanwhile. */
  readonly limitMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  readonly onProblem: (error: unknown) => void;
}

/** The answer, or null when there was none in time or an error. */
export function askOnce<Answer>(settings: AskSettings<Answer>): () => Promise<Answer | null> {
  const { freshMs, limitMs, monotonic } = settings;
  let open: Promise<Answer | null> | null = null;
  let isLate = false;
  let last: { readonly answer: Answer | null; readonly at: number } | null = null;

  function ask(): Promise<Answer | null> {
    open ??= settings
      .ask()
      .catch((error: unknown) => {
        settings.onProblem(error);
        return null;
      })
      .finally(() => {
        open = null;
        isLate = false;
      });
    return open;
  }

  return async () => {
    if (last !== null && monotonic() - last.at <= freshMs) return last.answer;
    const limit = Promise.withResolvers<null>();
    // Whoever asks after a first one has waited in vain does not wait again.
    const timer = setTimeout(
      () => {
        isLate = open !== null;
        limit.resolve(null);
      },
      isLate ? 0 : limitMs,
    );
    const answer = await Promise.race([ask(), limit.promise]);
    clearTimeout(timer);
    last = { answer, at: monotonic() };
    return answer;
  };
}
