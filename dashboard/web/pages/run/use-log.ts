/** Reads a log on and on: what is there from the server's question, what comes by the socket. Holds a bounded part of it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { onLog } from '../../live/run-log.ts';

/** Characters that are held; of a longer log the end. */
const MOST_HELD = 4_000_000;
/** How long to wait for more where no socket tells of it. */
const POLL_MS = 1_500;

interface HeldLog {
  readonly text: string;
  /** Bytes of the whole log so far. */
  readonly size: number | null;
  readonly isCut: boolean;
  readonly error: unknown;
}

const NOTHING: HeldLog = { text: '', size: null, isCut: false, error: null };

export function useLog(runId: string, check: string, isOpen: boolean): HeldLog & { readonly retry: () => void } {
  const [held, setHeld] = useState<HeldLog>(NOTHING);
  const [round, setRound] = useState(0);

  // It is read to its end even when the run ends meanwhile: the server says when no more comes.
  const wasOpen = useRef(isOpen);

  useEffect(() => {
    const ended = new AbortController();
    let wake: () => void = () => undefined;
    const more = (): Promise<void> => new Promise((resolve) => (wake = wakeAfter(POLL_MS, resolve)));
    const forget = wasOpen.current ? onLog(runId, check, () => wake()) : () => undefined;
    const read = async (): Promise<void> => {
      let next = 0;
      while (!ended.signal.aborted) {
        const part = await readPart({ id: runId, check, after: next }, { signal: ended.signal, isOpen: wasOpen.current });
        if (ended.signal.aborted) return;
        if (part !== null) {
          next = part.next;
          setHeld((before) => withMore(before, part));
          if (part.isOver && part.next >= part.size) return;
          if (part.next < part.size) continue;
        }
        await more();
      }
    };
    setHeld(NOTHING);
    read().catch((error: unknown) => {
      if (!ended.signal.aborted) setHeld((before) => ({ ...before, error }));
    });
    return () => {
      ended.abort();
      forget();
      wake();
    };
  }, [runId, check, round]);

  return { ...held, retry: useCallback(() => setRound((count) => count + 1), []) };
}

type Part = Awaited<ReturnType<typeof client.runs.log.query>>;
type Ask = Parameters<typeof client.runs.log.query>[0];

/** Null: a check that has not printed anything yet has no log yet. */
async function readPart(ask: Ask, { signal, isOpen }: { readonly signal: AbortSignal; readonly isOpen: boolean }): Promise<Part | null> {
  try {
    return await client.runs.log.query(ask, { signal });
  } catch (error) {
    if (isOpen && toPageError(error).code === 'NOT-FOUND-LOG') return null;
    throw error;
  }
}

function withMore(before: HeldLog, part: { readonly text: string; readonly size: number }): HeldLog {
  const text = before.text + part.text;
  const isLong = text.length > MOST_HELD;
  const cut = isLong ? text.slice(text.indexOf('\n', text.length - MOST_HELD * 0.75) + 1) : text;
  return { text: cut, size: part.size, isCut: before.isCut || isLong, error: null };
}

/** Calls back after a while, or as soon as it is called itself. */
function wakeAfter(milliseconds: number, done: () => void): () => void {
  const timer = setTimeout(done, milliseconds);
  return () => {
    clearTimeout(timer);
    done();
  };
}
