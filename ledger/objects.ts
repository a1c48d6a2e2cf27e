/** Reads objects of the ledger's repository, many in one process. */
import { git } from '../git/exec-git.ts';
import type { Ledger } from './store.ts';

/** An object that was asked for. */
export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly content: Buffer;
}

const NEWLINE = 0x0a;

/** Answers each request (an id, a ref, `<commit>:<path>`) with its object, or null when it is missing or broken. */
export async function readObjects(ledger: Ledger, requests: readonly string[]): Promise<(GitObject | null)[]> {
  const answers: (GitObject | null)[] = [];
  // A broken object can end the process: it is passed over and the rest is asked of the next one.
  while (answers.length < requests.length) {
    const rest = requests.slice(answers.length);
    const { stdoutBytes, exitCode } = await git(['cat-file', '--batch'], {
      gitDir: ledger.gitDir,
      input: `${rest.join('\n')}\n`,
      okCodes: [0, 1, 128],
    });
    const answered = parseAnswers(stdoutBytes);
    answers.push(...answered.slice(0, rest.length));
    if (exitCode === 0 && answered.length < rest.length) throw new Error('git cat-file answered fewer requests than it was asked');
    if (answers.length < requests.length) answers.push(null);
  }
  return answers;
}

function parseAnswers(output: Buffer): (GitObject | null)[] {
  const answers: (GitObject | null)[] = [];
  let position = 0;
  while (position < output.length) {
    const end = output.indexOf(NEWLINE, position);
    if (end < 0) break;
    const header = output.toString('utf8', position, end);
    const [, oid, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(header) ?? [];
    position = end + 1;
    if (oid === undefined || type === undefined || size === undefined) {
      answers.push(null);
      continue;
    }
    const content = output.subarray(position, position + Number(size));
    if (content.length < Number(size)) break;
    answers.push({ oid, type, content });
    position += Number(size) + 1;
  }
  return answers;
}
