/** Takes the answers that public/early.js asked for before this page was loaded, each once, while they are fresh. */
import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '../../server/router.ts';

interface Early {
  /** Milliseconds since the page was opened. */
  readonly at: number;
  readonly answers: Promise<Readonly<Record<string, { readonly result?: { readonly data: unknown } } | undefined>>>;
}

const FRESH_MS = 10_000;
/** With no input, or an empty one. */
const EARLY = new Set(['session.who', 'repositories.list', 'agents.list', 'scheduler.status', 'commits.recent', 'escalations.open']);

export const earlyLink: TRPCLink<AppRouter> = () => {
  const { upkeepEarly } = globalThis as { readonly upkeepEarly?: Early };
  const left = new Set(upkeepEarly === undefined ? [] : EARLY);
  return ({ op, next }) => {
    const isPlain = op.type === 'query' && JSON.stringify(op.input ?? {}) === '{}';
    if (upkeepEarly === undefined || !isPlain || !left.delete(op.path) || performance.now() - upkeepEarly.at > FRESH_MS) return next(op);
    return observable((observer) => {
      let ask: { unsubscribe(): void } | null = null;
      let isOver = false;
      void upkeepEarly.answers.then((answers) => {
        if (isOver) return;
        const result = answers[op.path]?.result;
        // What went wrong early is asked again, and told by the way that all errors are told.
        if (result === undefined) ask = next(op).subscribe(observer);
        else {
          observer.next({ result: { type: 'data', data: result.data } });
          observer.complete();
        }
      });
      return () => {
        isOver = true;
        ask?.unsubscribe();
      };
    });
  };
};
