/** What a check measured, compared with the last green runs on the branch. Pure. */
import { createHash } from 'node:crypto';
import type { FindingDraft } from '../ledger/finding.ts';
import { median, MOST_MEASURES, type Measures } from '../ledger/measures.ts';

/** One number that a run measured. */
export interface Measurement {
  /** `bundle`: bytes of scripts and styles, compressed, that a package builds. `tests`: milliseconds that the tests of a file take. */
  readonly kind: 'bundle' | 'tests';
  /** Repository-relative: the manifest of the package, or the file of the tests. */
  readonly path: string;
  readonly value: number;
  /** What it is mostly made of: `index.js 120.0 kB`, `renders the list 4.2 s`. */
  readonly detail: string;
}

/** A bundle may grow by so much, and by this share. */
const BUNDLE_BYTES = 10_240;
const BUNDLE_SHARE = 0.1;
/** Tests may take so many times as long as before, and so much longer. Machines differ, so all of them together say how fast this one is. */
const SLOWER = 3;
const SLOWER_MS = 1_000;
/** Fewer files of tests in common say nothing about the machine, fewer runs nothing about a file. */
const FEWEST_FILES = 5;
const FEWEST_RUNS = 2;
/** Files that are told of one by one. */
const MOST_TOLD = 5;

/** Warnings about what is much more than it was. */
export function measureDrafts(measured: readonly Measurement[], known: Measures): FindingDraft[] {
  return [...bundleDrafts(ofKind(measured, 'bundle'), known), ...slowDrafts(ofKind(measured, 'tests'), known)];
}

/** What the ledger keeps: the bundles, and the files whose tests take longest. */
export function keptMeasures(measured: readonly Measurement[]): Record<string, number> {
  const bundles = ofKind(measured, 'bundle').slice(0, MOST_MEASURES / 4);
  const slowest = [...ofKind(measured, 'tests')].sort((a, b) => b.value - a.value).slice(0, MOST_MEASURES / 2);
  return Object.fromEntries([...bundles, ...slowest].map((one) => [nameOf(one), Math.round(one.value)]));
}

function bundleDrafts(measured: readonly Measurement[], known: Measures): FindingDraft[] {
  return measured.flatMap((one) => {
    const before = knownOf(one, known)[0];
    if (before === undefined) return [];
    const more = one.value - before;
    if (more <= BUNDLE_BYTES || more <= before * BUNDLE_SHARE) return [];
    const share = before === 0 ? '' : ` (${Math.round((more / before) * 100)} %)`;
    const message = `what the package builds is ${kilobytes(one.value)} of scripts and styles when compressed, ${kilobytes(more)}${share} more than in the last green run on this branch; mostly ${one.detail}`;
    return [{ path: one.path, rule: 'bundle-size', severity: 'warning' as const, message, identity: one.path }];
  });
}

function slowDrafts(measured: readonly Measurement[], known: Measures): FindingDraft[] {
  const compared = measured.flatMap((one) => {
    const before = knownOf(one, known);
    const usual = before.length < FEWEST_RUNS ? null : median(before);
    return usual === null ? [] : [{ one, usual, runs: before.length }];
  });
  const slowness =
    compared.length < FEWEST_FILES ? 1 : Math.max(1, median(compared.map(({ one, usual }) => one.value / Math.max(usual, 1))) ?? 1);
  const slower = compared
    .map((each) => ({ ...each, expected: each.usual * slowness }))
    .filter(({ one, expected }) => one.value > expected * SLOWER && one.value > expected + SLOWER_MS)
    .sort((a, b) => b.one.value - b.expected - (a.one.value - a.expected));
  return slower.slice(0, MOST_TOLD).map(({ one, usual, runs }) => ({
    path: one.path,
    rule: 'slower-tests',
    severity: 'warning' as const,
    message: `the tests of this file took ${seconds(one.value)}, in the last ${runs} runs ${seconds(usual)}; mostly ${one.detail}`,
    identity: one.path,
  }));
}

function ofKind(measured: readonly Measurement[], kind: Measurement['kind']): readonly Measurement[] {
  return measured.filter((one) => one.kind === kind);
}

function knownOf(one: Measurement, known: Measures): readonly number[] {
  const name = nameOf(one);
  return Object.hasOwn(known, name) ? (known[name] ?? []) : [];
}

/** Files of tests are many and their names long: a short hash will do. */
function nameOf({ kind, path }: Measurement): string {
  return `${kind}:${kind === 'tests' ? createHash('sha256').update(path).digest('hex').slice(0, 8) : path}`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
