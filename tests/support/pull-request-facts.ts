/** What there is to say about a proposal, complete but for what a test is about. */
import type { PullRequestFacts } from '../../github/pull-request-text.ts';
import type { FindingSummary } from '../../ledger/state.ts';

export const BASE = 'b'.repeat(40);
export const CHANGE = 'c'.repeat(40);

export function pullRequestFacts(changes: Partial<PullRequestFacts> = {}): PullRequestFacts {
  return {
    agent: 'docs',
    head: 'upkeep/docs',
    target: 'main',
    sha: 'a'.repeat(40),
    base: BASE,
    change: CHANGE,
    subject: 'auto: Docs – fix 1 problem in 1 file',
    runId: '01890a5d-ac96-774b-bcce-b302099a8057',
    files: ['notes.md'],
    fixed: [problem()],
    left: [],
    notes: [],
    command: `npx agent run docs --base ${BASE} --no-fix --force`,
    webUrl: 'https://github.test/acme/site',
    runUrl: 'https://github.test/acme/site/actions/runs/7',
    ...changes,
  };
}

export function problem(changes: Partial<FindingSummary> = {}): FindingSummary {
  return {
    path: 'notes.md',
    line: 3,
    rule: 'MD009',
    severity: 'warning',
    message: 'Trailing spaces',
    fingerprint: 'f',
    check: 'markdown',
    ...changes,
  };
}
