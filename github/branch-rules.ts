/** What rulesets and branch protection ask of a push to a branch. */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

export interface BranchRule {
  /** `pull_request`, `required_status_checks` … */
  readonly type: string;
  /** What it asks, to follow "asks": `for a pull request`. */
  readonly words: string;
  /** The ruleset that it belongs to; null for branch protection. */
  readonly ruleset: { readonly id: number; readonly source: string | undefined } | null;
}

/** What `type` asks of whoever pushes; rules that are not here stand in the way of no agent. */
const WORDS: Readonly<Record<string, string>> = {
  pull_request: 'for a pull request',
  required_status_checks: 'for passed checks',
  required_signatures: 'for signed commits',
  update: 'that nobody updates it',
  creation: 'that nobody makes it',
  merge_queue: 'for the merge queue',
  workflows: 'for passed workflows',
  code_scanning: 'for code scanning results',
  required_deployments: 'for a deployment',
  commit_message_pattern: 'for a form of the commit message',
  commit_author_email_pattern: 'for certain authors',
  committer_email_pattern: 'for certain committers',
  branch_name_pattern: 'for a form of its name',
  file_path_restriction: 'that certain files stay as they are',
  file_extension_restriction: 'that files of certain kinds stay out',
  max_file_size: 'that large files stay out',
};

interface AnsweredRule {
  readonly type: string;
  readonly ruleset_id?: number;
  readonly ruleset_source_type?: string;
  readonly parameters?: unknown;
}

/** Rulesets looked into for whether they let this token pass. */
const MOST_RULESETS = 10;

/** What is asked of pushes to the branch, which need not be there; rules that the token may pass over are left out. Throws GitHubError. */
export async function rulesOfBranch(github: GitHub, branch: string): Promise<BranchRule[]> {
  const { owner, repo, rest } = github;
  const rules: readonly AnsweredRule[] = (await rest.repos.getBranchRules({ owner, repo, branch, per_page: 100 })).data;
  const meant = rules.filter(({ type }) => type in WORDS);
  const ids = [...new Set(meant.map((rule) => rule.ruleset_id ?? 0))].slice(0, MOST_RULESETS);
  const passed = new Set<number>();
  await Promise.all(ids.map(async (id) => void ((await mayPass(github, id)) && passed.add(id))));
  return meant
    .filter((rule) => !passed.has(rule.ruleset_id ?? 0))
    .map((rule) => ({
      type: rule.type,
      words: wordsOf(rule),
      ruleset: rule.ruleset_id === undefined ? null : { id: rule.ruleset_id, source: rule.ruleset_source_type },
    }));
}

/** What branch protection asks, as far as this token is told. Throws GitHubError. */
export async function protectionOfBranch({ owner, repo, rest }: GitHub, branch: string): Promise<BranchRule[]> {
  let data;
  try {
    data = (await rest.repos.getBranch({ owner, repo, branch })).data;
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return [];
    throw error;
  }
  // A branch under a ruleset is called protected too; only protection of its own has a part of its own.
  if (!data.protected || data.protection.enabled !== true) return [];
  const contexts = data.protection.required_status_checks?.contexts ?? [];
  const checks =
    contexts.length === 0 ? [] : [{ type: 'required_status_checks', words: named('for passed checks', contexts), ruleset: null }];
  try {
    const { required_pull_request_reviews: reviews, required_signatures: signatures } = (
      await rest.repos.getBranchProtection({ owner, repo, branch })
    ).data;
    return [
      ...(reviews === undefined ? [] : [{ type: 'pull_request', words: 'for a pull request', ruleset: null }]),
      ...(signatures?.enabled === true ? [{ type: 'required_signatures', words: 'for signed commits', ruleset: null }] : []),
      ...checks,
    ];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    // Only administrators are told the rest.
    return checks.length > 0 ? checks : [{ type: 'protection', words: 'for what only its administrators see', ruleset: null }];
  }
}

async function mayPass({ owner, repo, rest }: GitHub, id: number): Promise<boolean> {
  try {
    const { data } = await rest.repos.getRepoRuleset({ owner, repo, ruleset_id: id, includes_parents: true });
    const bypass: string | undefined = data.current_user_can_bypass;
    return bypass === 'always' || bypass === 'exempt';
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return false;
  }
}

function wordsOf({ type, parameters }: AnsweredRule): string {
  const words = WORDS[type] ?? type;
  if (type !== 'required_status_checks') return words;
  const checks = (parameters as { required_status_checks?: readonly { context: string }[] } | undefined)?.required_status_checks ?? [];
  return named(
    words,
    checks.map(({ context }) => context),
  );
}

function named(words: string, contexts: readonly string[]): string {
  return contexts.length === 0 ? words : `${words} (${contexts.join(', ')})`;
}
