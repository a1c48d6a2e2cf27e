/** The shapes of sparklines, as numbers. Pure. */
import type { RecentRun } from '../../wire/agents-schema.ts';
import { plural } from '../format/text.ts';

type Recent = readonly RecentRun[];

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly tone: 'good' | 'mended' | 'bad' | 'broken' | 'quiet';
}

const SLOTS = 50;
const STEP = 4;
const GROUND = 18;
const TONES: Readonly<Record<string, Bar['tone']>> = { passed: 'good', fixed: 'mended', failed: 'bad', errored: 'broken' };

/** A bar a run, the newest at the right; its height grows with the logarithm of the duration. In a field of 200 by 28. */
export function barsOf(recent: Recent): readonly Bar[] {
  const shown = recent.slice(-SLOTS);
  const longest = Math.max(1, ...shown.map(({ durationMs }) => Math.log1p(durationMs ?? 0)));
  return shown.map(({ outcome, durationMs }, index) => {
    const tone = TONES[outcome] ?? 'quiet';
    const share = Math.log1p(durationMs ?? 0) / longest;
    const x = (SLOTS - shown.length + index) * STEP;
    if (tone === 'bad' || tone === 'broken') return { x, y: GROUND + 1, height: round(4 + 5 * share), tone };
    const height = tone === 'quiet' ? 3 : round(4 + 14 * share);
    return { x, y: round(GROUND - height), height, tone };
  });
}

/** `Last 50 runs: 45 passed, 3 fixed, 2 failed. The newest fixed.` */
export function inWords(recent: Recent): string {
  const newest = recent.at(-1);
  if (newest === undefined) return 'No runs yet.';
  const counts = [...Map.groupBy(recent, ({ outcome }) => outcome)].sort((a, b) => b[1].length - a[1].length);
  return `Last ${plural(recent.length, 'run')}: ${counts.map(([outcome, { length }]) => `${length} ${outcome}`).join(', ')}. The newest: ${newest.outcome}.`;
}

/** Steps of the findings that were left; runs that did not look (skipped, errored) keep what was. In a field of 200 by 20. */
export function findingsLine(recent: Recent): {
  readonly path: string;
  readonly start: number;
  readonly words: string;
  readonly isClean: boolean;
} {
  const counted = recent.slice(-SLOTS).filter(({ errors }) => errors !== null);
  const totals = counted.map(({ errors, warnings }) => (errors ?? 0) + (warnings ?? 0));
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return { path: '', start: 0, words: 'No findings are known yet.', isClean: true };
  const peak = Math.max(...totals);
  const most = Math.max(1, peak);
  const start = (SLOTS - totals.length) * STEP;
  const steps = totals.map((total, index) => {
    const y = round(19 - (17 * total) / most);
    return index === 0 ? `M${start} ${y} H${start + STEP}` : `V${y} H${start + (index + 1) * STEP}`;
  });
  const words = `Findings left: ${plural(last.errors ?? 0, 'error')} and ${plural(last.warnings ?? 0, 'warning')} after the newest run, at most ${peak} in the last ${totals.length}.`;
  return { path: steps.join(' '), start, words, isClean: peak === 0 };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
