/** Looks at the files of the ledger's private repository, without a git process: whether Git would take it for one. */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What is wrong with a store, and what a person can do. */
export interface StoreDamage {
  readonly ok: false;
  /** Absolute: the file or folder that is damaged as a whole. */
  readonly path: string;
  /** Words that follow the path, as in "has no HEAD". */
  readonly problem: string;
  readonly wayOut: string;
}

/** A store that is not there yet is in order: the next run makes it. So is one that we may not read: other words tell that. */
export type StoreExamination = { readonly ok: true } | StoreDamage;

/** Examines the store at `gitDir` (`<Git directory>/upkeep/ledger.git`) by a handful of small reads. Writes nothing, throws nothing. */
export function examineStore({ gitDir }: { readonly gitDir: string }): StoreExamination {
  for (const path of [dirname(gitDir), gitDir]) {
    const kind = kindOf(path);
    if (kind === 'absent') return { ok: true };
    if (kind === 'other') return damage(path, 'is no folder');
  }
  const problem = problemInside(gitDir);
  return problem === null ? { ok: true } : damage(gitDir, problem);
}

function damage(path: string, problem: string): StoreDamage {
  const wayOut = `\`agent recover\` moves it aside and begins a new one, as the next run does; by hand: mv '${path}' '${path}.damaged'`;
  return { ok: false, path, problem, wayOut };
}

function problemInside(gitDir: string): string | null {
  const head = textOf(join(gitDir, 'HEAD'), 'ref: refs/unknown');
  if (head === null) return 'has no HEAD';
  if (!/^(?:ref: refs\/\S+|[0-9a-f]{40}|[0-9a-f]{64})\s*$/.test(head)) return 'has a HEAD that names nothing';
  for (const name of ['objects', 'refs']) {
    if (kindOf(join(gitDir, name)) !== 'folder') return `has no folder ${name}`;
  }
  if (kindOf(join(gitDir, 'refs', 'upkeep')) === 'other') return 'has a file in place of the folder refs/upkeep';
  const config = textOf(join(gitDir, 'config'), '[core]');
  if (config === null) return 'has no config';
  return isConfig(config) ? null : 'has a config that Git cannot read';
}

const CONFIG_LINE = /^\s*(?:\[[A-Za-z][\w.-]*(?: "[^"]*")?\]|[A-Za-z][\w-]*(?:\s*=.*)?|[#;].*)?\s*$/;

/** Ours is written by programs only, one setting a line. */
function isConfig(text: string): boolean {
  return text.trim() !== '' && text.split('\n').every((line) => CONFIG_LINE.test(line));
}

/** A link that leads nowhere is `other`: nothing can be made in its place. */
function kindOf(path: string): 'folder' | 'other' | 'absent' {
  try {
    if (statSync(path).isDirectory()) return 'folder';
    return 'other';
  } catch (error) {
    if (isForbidden(error)) return 'folder';
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? 'absent' : 'other';
  }
}

/** Null when it is absent or no file; `unreadable` where we may not look: what may not be read is not known to be damaged. */
function textOf(path: string, unreadable: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return isForbidden(error) ? unreadable : null;
  }
}

function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
