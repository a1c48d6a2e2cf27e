/** Checks that a branch asks for, by rulesets and by its own protection. */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

/** Their names, as rules write them; what this token is not told is left out. Throws GitHubError. */
export async function requiredChecks({ owner, repo, rest }: GitHub, branch: string): Promise<string[]> {
  const [rules, protection] = await Promise.all([
    rest.repos.getBranchRules({ owner, repo, branch, per_page: 100 }),
    rest.repos.getBranch({ owner, repo, branch }).catch((error: unknown) => {
      if (error instanceof GitHubError && error.code === 'not-found') return null;
      throw error;
    }),
  ]);
  const byRules = rules.data.flatMap((rule) =>
    rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []).map(({ context }) => context) : [],
  );
  const byProtection = protection?.data.protection.required_status_checks?.contexts ?? [];
  return [...new Set([...byRules, ...byProtection])];
}
