/** The order that is being given: any part of the page may ask for one, and one dialog takes the reason and sends it. */

export type OrderKind = 'run' | 'pause' | 'resume' | 'retry';

export interface Order {
  readonly kind: OrderKind;
  readonly scope: { readonly kind: 'everything' } | { readonly kind: 'repository' | 'agent'; readonly id: string };
  /** `backend of acme/app`. */
  readonly name: string;
  /** Whether a run of it is under way. */
  readonly isRunning: boolean;
}

let current: Order | null = null;
const listeners = new Set<() => void>();

export function currentOrder(): Order | null {
  return current;
}

export function onOrder(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens the dialog; null closes it. */
export function giveOrder(order: Order | null): void {
  current = order;
  for (const listener of listeners) listener();
}
