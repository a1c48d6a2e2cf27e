/** No secrets in the commits of a push: what was committed and taken out again is in the history for everybody. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { FoundSecret, SecretsInput, SecretsOutput } from '../tools/entries/secrets.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { isTestPath } from './secret-placeholder.ts';
import { ownSecretRules, secretIgnores } from './secret-settings.ts';
import { isSearched, MAX_SECRET_BYTES, secretRule } from './secrets.ts';

/** Where people name commits whose secrets were revoked: gitleaks reads the same file. */
const REVOKED = '.gitleaksignore';
const SHORT = 9;

/** The check `pushed-secrets`. */
export const pushedSecrets: Check = {
  id: 'pushed-secrets',
  title: 'Secrets in new commits',
  readsCommits: true,
  detect: async (project) =>
    project.files.some(isSearched)
      ? {
          applies: true,
          why: 'commits since the last run',
          origin: 'bundled',
          needsDependencies: false,
          // It goes by commits, whatever the tree.
          reads: () => false,
        }
      : { applies: false, why: 'there is no text file' },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const past = await context.pastFiles();
  if (past === null)
    return reportSkipped(
      'not-applicable',
      'It is not known which commits are new, or this clone is too shallow to have them (fetch-depth).',
    );
  const [rules, isIgnored, isRevoked] = await Promise.all([
    ownSecretRules(context),
    secretIgnores(context.project),
    revokedCommits(context),
  ]);
  const files = past.files.filter(({ path, commit }) => isSearched(path) && !isIgnored(path) && !isRevoked(commit, path));
  if (files.length === 0) return reportFindings({ id: 'pushed-secrets', context }, []);
  const inTree = new Set(files.map(({ path }) => path).filter((path) => context.project.has(path)));
  const input: SecretsInput = {
    root: context.root,
    // What is still there is told of by the check of the tree.
    files: [...inTree],
    texts: files.map(({ path, text }, index) => ({ path: `${index}/${path}`, text })),
    maxBytes: MAX_SECRET_BYTES,
    rules,
  };
  const answer = await runEntry<SecretsOutput>(context.runTool, { entry: 'secrets', cwd: context.root, input });
  // Its stderr may quote what it read: it stays out of the log.
  if (!answer.ok) return reportErrored(entryFailure({ ...answer.result, stderr: '' }, 'the search for secrets in commits'));
  const drafts = answer.output.secrets.flatMap((secret): FindingDraft[] => {
    const [, index, path = ''] = /^(\d+)\/(.*)$/s.exec(secret.path) ?? [];
    const file = inTree.has(secret.path) || index === undefined ? undefined : files[Number(index)];
    return file === undefined ? [] : [draftOf({ ...secret, path }, file)];
  });
  const note = past.unread === 0 ? {} : { hint: `${past.unread} contents in new commits were not searched (binary, or over 1 MiB).` };
  return reportFindings({ id: 'pushed-secrets', context }, drafts, note);
}

function draftOf(secret: FoundSecret, { commit }: { readonly commit: string }): FindingDraft {
  const isTest = isTestPath(secret.path);
  const short = commit.slice(0, SHORT);
  const what = `${secret.what.replace(/^found /, '')} (${secret.length} characters) in commit ${short}`;
  const advice = isTest
    ? 'in test data or an example, and no longer there; make sure that it opens nothing'
    : `no longer there, but in the history: revoke it where it was issued, then name the commit in ${REVOKED}, or take it out of the history`;
  return {
    path: secret.path,
    line: secret.line,
    column: secret.column,
    rule: secretRule(secret),
    severity: isTest ? 'warning' : 'error',
    message: plainMessage(`${what}: ${advice}`),
    identity: `${secret.kind} ${commit} ${secret.line}`,
  };
}

/** `<commit>` or `<commit>:<path>…`, one a line; at least seven digits of the commit. */
async function revokedCommits({ project }: CheckContext): Promise<(commit: string, path: string) => boolean> {
  const lines = ((await project.read(REVOKED)) ?? '').split('\n').map((line) => line.trim());
  const named = lines.flatMap((line) => {
    const [, commit, path] = /^([0-9a-f]{7,64})(?::([^:]+).*)?$/.exec(line) ?? [];
    return commit === undefined ? [] : [{ commit, path }];
  });
  return (commit, path) => named.some((one) => commit.startsWith(one.commit) && (one.path === undefined || one.path === path));
}
