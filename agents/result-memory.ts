/**
 * Remembers what was found good, by the content that it was found of: a check, or a part of one, does not look again at what has not
 * changed. Only a cache, in the Git directory, bounded in size.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeEntry } from '../git/tree.ts';
import { contextKey } from './input-key.ts';
import type { KeyContext } from './input-key.ts';
import { toolsCalled, type MachineTool } from './tools/machine-tools.ts';

/** What a result is of. */
export interface ResultSource {
  /** Of the check, and of the part where it is of one. */
  readonly name: string;
  readonly entries: readonly TreeEntry[];
  /** Whether it can depend on the content of this path. */
  reads(path: string): boolean;
  /** Whether it also depends on which paths there are. */
  readonly seesEveryPath: boolean;
  /** Programs of the machine that it may call. */
  readonly machineTools?: readonly MachineTool[] | undefined;
}

export interface ResultMemory {
  /** The result that was kept of the same content, or null. */
  recall(source: ResultSource): unknown;
  /** Losing a race with another run, or having no place to write, loses only time. */
  keep(source: ResultSource, value: object): void;
}

const MOST_FILES = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;
const LARGEST_BYTES = 512 * 1024;
/** Of what is too much, so much more is taken away, that it is not soon too much again. */
const ROOM = 0.8;

/** `isForced`: nothing is recalled, whatever is kept. */
export function openResultMemory(commonDir: string, { context, isForced }: { context: KeyContext; isForced: boolean }): ResultMemory {
  const folder = join(commonDir, 'upkeep', 'cache', 'results');
  // Who repairs changes nothing in what is found.
  const inContext = contextKey({ ...context, fix: true });
  const fileOf = (source: ResultSource): string =>
    join(folder, `${keyOf(source, inContext, toolsCalled([source], context.machineTools))}.json`);
  return {
    recall(source) {
      if (isForced) return null;
      const path = fileOf(source);
      try {
        const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
        const now = new Date();
        utimesSync(path, now, now);
        return value;
      } catch {
        return null; // absent, torn, or not ours to touch
      }
    },
    keep(source, value) {
      const text = JSON.stringify(value);
      if (Buffer.byteLength(text) > LARGEST_BYTES) return;
      const path = fileOf(source);
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(temporary, text);
        renameSync(temporary, path);
        makeRoom(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        // No place, no room, no right: it is only a cache.
        removeIfThere(temporary);
      }
    },
  };
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where it could not be written it cannot be removed.
  }
}

function keyOf(source: ResultSource, context: string, tools: Readonly<Record<string, string>>): string {
  const sum = createHash('sha256');
  const add = (part: string): void => void sum.update(`${part.length}:${part}\n`);
  add(context);
  add(source.name);
  for (const [name, build] of Object.entries(tools)) add(`${name} ${build}`);
  for (const { mode, oid, path } of source.entries) {
    const isRead = source.reads(path);
    if (isRead || source.seesEveryPath) add(path);
    if (isRead) add(`${mode} ${oid}`);
  }
  return sum.digest('hex').slice(0, 40);
}

/** Takes away what was not used for longest, where it is too much. */
function makeRoom(folder: string): void {
  const names = readdirSync(folder);
  const files = names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { size = 0, mtimeMs = 0 } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
      return [{ name, size, mtimeMs }];
    })
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (files.length <= MOST_FILES && bytes <= MOST_BYTES) return;
  for (let last = files.pop(); last !== undefined; last = files.pop()) {
    rmSync(join(folder, last.name), { force: true });
    bytes -= last.size;
    if (files.length <= MOST_FILES * ROOM && bytes <= MOST_BYTES * ROOM) return;
  }
}
