/** What a key means on the page. Pure. */

export interface KeyState {
  /** When `g` was pressed, in milliseconds; null when it was not. */
  readonly goSince: number | null;
}

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export type KeyMeaning =
  { readonly kind: 'palette' } | { readonly kind: 'page'; readonly letter: string } | { readonly kind: 'row'; readonly step: 1 | -1 };

/** So long `g` waits for its letter. */
const GO_MS = 1500;
const NONE: KeyState = { goSince: null };

export function keyMeaning(
  { key, ctrlKey, metaKey, altKey }: Pressed,
  { goSince, isTyping, now }: KeyState & { readonly isTyping: boolean; readonly now: number },
): { readonly meaning: KeyMeaning | null; readonly next: KeyState } {
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return { meaning: { kind: 'palette' }, next: NONE };
  if (isTyping || ctrlKey || metaKey || altKey) return { meaning: null, next: NONE };
  if (goSince !== null && now - goSince < GO_MS) return { meaning: { kind: 'page', letter: key }, next: NONE };
  if (key === 'g') return { meaning: null, next: { goSince: now } };
  if (key === 'j' || key === 'k') return { meaning: { kind: 'row', step: key === 'j' ? 1 : -1 }, next: NONE };
  return { meaning: null, next: NONE };
}
