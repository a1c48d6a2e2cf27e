/** Milliseconds before the attempt after `attempt` (1-based): 1 s, 2 s, 4 s … at most `maxMs`, each with full jitter down to its half; null when no attempt is left. */
export function retryDelayMs(attempt: number, policy: { readonly limit: number; readonly maxMs: number; random(): number }): number | null {
  if (attempt > policy.limit) return null;
  const full = Math.min(1000 * 2 ** (attempt - 1), policy.maxMs);
  return Math.round(full / 2 + (full / 2) * policy.random());
}
