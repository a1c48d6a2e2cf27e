/** Makes one commit of the ledger by one `git fast-import`; moves no ref. */
import { randomBytes } from 'node:crypto';
import { git } from '../git/exec-git.ts';
import { BOT_EMAIL, BOT_NAME } from '../git/identity.ts';
import { batchPath, formatBatches, type StoredBatch } from './batch-file.ts';
import type { GitObject } from './objects.ts';
import { encodeState } from './state-file.ts';
import type { LedgerState } from './state.ts';
import { objectIdLength, type Ledger } from './store.ts';

/** A commit to be made. */
export interface LedgerCommit {
  /** Null begins a new history. */
  readonly parent: string | null;
  readonly state: LedgerState;
  readonly subject: string;
  /** Seconds since 1970; taken from the events, so that the same append makes the same commit. */
  readonly seconds: number;
  /** Batches to add, each in its own file. */
  readonly batches: readonly StoredBatch[];
  /** Other files to write. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
  readonly remove?: readonly string[];
}

/** Writes the commit's objects and answers with its id. */
export async function commitBatches(ledger: Ledger, commit: LedgerCommit): Promise<string> {
  // fast-import commits to a ref; it is taken back in the same stream, so no other process ever sees it.
  const draft = `refs/upkeep/draft/${randomBytes(8).toString('hex')}`;
  const files = [
    { path: 'state.json', text: encodeState(commit.state) },
    ...(commit.files ?? []),
    ...commit.batches.map((batch) => ({ path: batchPath(batch.id), text: formatBatches([batch]) })),
  ];
  const stream = [
    'feature done\n',
    `commit ${draft}\nmark :1\ncommitter ${BOT_NAME} <${BOT_EMAIL}> ${commit.seconds} +0000\n`,
    data(`${commit.subject} [skip ci]\n`),
    commit.parent === null ? '' : `from ${commit.parent}\n`,
    ...(commit.remove ?? []).map((path) => `D ${path}\n`),
    ...files.map((file) => `M 100644 inline ${file.path}\n${data(file.text)}`),
    `\nget-mark :1\nreset ${draft}\nfrom ${'0'.repeat(objectIdLength(ledger))}\n\ndone\n`,
  ];
  const { stdout } = await git(['fast-import', '--quiet', '--done', '--date-format=raw'], {
    gitDir: ledger.gitDir,
    input: stream.join(''),
    // Speed over size: packing compresses it again.
    config: [['core.compression', '1']],
  });
  return stdout.trim();
}

/** The seconds of a commit's committer, or null for what is no commit of ours. */
export function committedAt(commit: GitObject | null): number | null {
  const seconds = commit?.type === 'commit' ? /^committer .* (\d+) \+0000$/m.exec(commit.content.toString('utf8'))?.[1] : undefined;
  return seconds === undefined ? null : Number(seconds);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
