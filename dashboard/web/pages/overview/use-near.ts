/** Whether an element is near the window, or has been: one observer for all of them. */
import { startTransition, useEffect, useState, type RefObject } from 'react';

const waiting = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | null = null;

/** Once near, it stays so. `isAtFirst`: without being looked for. */
export function useNear(place: RefObject<HTMLElement | null>, isAtFirst: boolean): boolean {
  const [isNear, setNear] = useState(isAtFirst);
  useEffect(() => {
    const element = place.current;
    if (isNear || element === null) return undefined;
    observer ??= new IntersectionObserver(notice, { rootMargin: '400px' });
    const seen = observer;
    waiting.set(element, () => startTransition(() => setNear(true)));
    seen.observe(element);
    return () => {
      waiting.delete(element);
      seen.unobserve(element);
    };
  }, [place, isNear]);
  return isNear;
}

function notice(entries: readonly IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) if (isIntersecting) waiting.get(target)?.();
}
