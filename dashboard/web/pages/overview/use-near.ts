/** Whether an element is near the window, and whether it has been: one observer for all of them. */
import { startTransition, useEffect, useState, type RefObject } from 'react';

const waiting = new WeakMap<Element, (isNear: boolean) => void>();
let observer: IntersectionObserver | null = null;

export interface Nearness {
  readonly isNear: boolean;
  /** Is or has been. */
  readonly wasNear: boolean;
}

/** `isAtFirst`: near until it is looked for. */
export function useNear(place: RefObject<HTMLElement | null>, isAtFirst: boolean): Nearness {
  const [nearness, setNearness] = useState<Nearness>({ isNear: isAtFirst, wasNear: isAtFirst });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    observer ??= new IntersectionObserver(notice, { rootMargin: '400px' });
    const seen = observer;
    const change = (isNear: boolean): void =>
      setNearness((before) => (before.isNear === isNear ? before : { isNear, wasNear: before.wasNear || isNear }));
    waiting.set(element, (isNear) => startTransition(() => change(isNear)));
    seen.observe(element);
    return () => {
      waiting.delete(element);
      seen.unobserve(element);
    };
  }, [place]);
  return nearness;
}

function notice(entries: readonly IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) waiting.get(target)?.(isIntersecting);
}
