import { closest, distance } from 'fastest-levenshtein';

/** The known name that `name` most likely means, or null when none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const exact = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (exact !== undefined) return exact;
  const continued = name.length >= 2 ? known.find((candidate) => candidate.startsWith(name.toLowerCase())) : undefined;
  if (continued !== undefined) return continued;
  if (known.length === 0 || name.length > 100) return null;
  const best = closest(name.toLowerCase(), known);
  const allowed = Math.max(1, Math.floor(Math.max(name.length, best.length) * 0.5));
  return distance(name.toLowerCase(), best.toLowerCase()) <= allowed ? best : null;
}

/** ` – did you mean "x"?` or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null ? '' : ` – did you mean "${nearest}"?`;
}
