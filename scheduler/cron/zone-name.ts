/** Names of time zones: which are known, and which one a person most likely meant. */
import { closest, distance } from 'fastest-levenshtein';

const LONGEST_NAME = 64;

/** The name under which this machine's Node has a zone, whatever the case of its letters; `+05:30` is one as well. Null for an unknown one. */
export function canonicalTimeZone(zone: string): string | null {
  if (zone.length > LONGEST_NAME) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** `Europe/Berlin` for `Europe/Berln`, `berlin` and `Europe/ Berlin`; null when none is near. */
export function nearestTimeZone(zone: string): string | null {
  if (zone.length > LONGEST_NAME) return null;
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const wanted = plain(zone);
  if (wanted === '') return null;
  const exact = known.find((name) => plain(name) === wanted) ?? known.find((name) => plain(cityOf(name)) === wanted);
  if (exact !== undefined) return exact;
  const best = closest(zone, known);
  if (distance(plain(best), wanted) <= Math.max(1, Math.floor(best.length / 4))) return best;
  const city = known.find((name) => distance(plain(cityOf(name)), plain(cityOf(zone))) <= 1);
  return city ?? null;
}

/** ` – did you mean "Europe/Berlin"?` or nothing. */
export function didYouMeanZone(zone: string): string {
  const nearest = nearestTimeZone(zone);
  return nearest === null ? '' : ` – did you mean "${nearest}"?`;
}

function cityOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}
