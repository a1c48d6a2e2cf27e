/** A run that found nothing to do is remembered with its words, so that the next one on the same state is a matter of reading files. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { machineToolStamps } from '../../agents/tools/machine-tools.ts';
import { countUncommitted } from '../../git/count-uncommitted.ts';
import { makeIndexCopy } from '../../git/index-copy.ts';
import { openingLine } from '../wording.ts';
import type { QuickKey } from './quick-key.ts';

export interface QuickAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** What is remembered: one answer a clone. */
interface Remembered {
  readonly key: string;
  /** ISO time from which time itself may change the answer; null: never. */
  readonly validUntil: string | null;
  readonly base: string;
  readonly branch: string | null;
  /** Everything after the opening line. */
  readonly rest: string;
  readonly exitCode: number;
  /** Programs of the machine that the checks here may call, and what shows that they are still the same files. */
  readonly machineTools: readonly string[];
  readonly machineStamps: string;
}

/** The whole output of this call, or null when it has to be worked out. */
export function recallAnswer(key: QuickKey, now: Date): QuickAnswer | null {
  const remembered = load(key.gitDir);
  if (remembered?.key !== key.key) return null;
  if (remembered.validUntil !== null && Date.parse(remembered.validUntil) <= now.getTime()) return null;
  if (machineToolStamps(key.machine, remembered.machineTools) !== remembered.machineStamps) return null;
  const uncommitted = countUncommitted(key.root, key.gitDir);
  if (uncommitted === null) return null;
  const { base, branch, rest, exitCode } = remembered;
  return { text: `${openingLine({ base, branch, uncommitted, workingTree: false })}\n${rest}`, exitCode };
}

/** Remembers an answer for calls with the same key. */
export function rememberAnswer(key: QuickKey, answer: Omit<Remembered, 'key' | 'machineStamps'>): void {
  const path = file(key.gitDir);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const machineStamps = machineToolStamps(key.machine, answer.machineTools);
  writeFileSync(temporary, JSON.stringify({ key: key.key, ...answer, machineStamps } satisfies Remembered));
  renameSync(temporary, path);
  makeIndexCopy(key.root, key.gitDir);
}

function load(gitDir: string): Remembered | null {
  try {
    return JSON.parse(readFileSync(file(gitDir), 'utf8')) as Remembered;
  } catch {
    return null; // nothing remembered, or torn: it is only a cache
  }
}

function file(gitDir: string): string {
  return join(gitDir, 'upkeep', 'cache', 'answer.json');
}
