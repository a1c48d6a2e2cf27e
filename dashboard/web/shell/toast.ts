/** Short words about what was done. A store of its own: the first page needs no library for it. */
export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
  /** Code and request of what failed. */
  readonly detail: string | null;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

export function allToasts(): readonly Toast[] {
  return toasts;
}

export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Good news leave by themselves; bad ones stay until they are closed. */
export function say(tone: Toast['tone'], text: string, detail: string | null = null): void {
  const toast = { id: (lastId += 1), tone, text, detail };
  change([...toasts.slice(-3), toast]);
  if (tone === 'good') setTimeout(() => closeToast(toast.id), 6_000);
}

export function closeToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
