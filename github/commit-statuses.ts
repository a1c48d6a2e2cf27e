/** Commit statuses, one an agent: for tokens of people, which may not make check runs. */
import { checkName, statusOf, type CheckRunFacts } from './check-facts.ts';
import type { GitHub } from './client.ts';
import { visibleLine } from './markdown.ts';
import { publishEach, type Progress } from './publish-each.ts';

/** GitHub takes no more characters. */
const LONGEST_DESCRIPTION = 140;

/** Sets the status of each agent; one that says the same already is left as it is. */
export async function publishStatuses(
  github: GitHub,
  request: { readonly sha: string; readonly runs: readonly CheckRunFacts[] },
): Promise<Progress> {
  const { owner, repo, rest } = github;
  let known: Awaited<ReturnType<typeof rest.repos.getCombinedStatusForRef>>['data']['statuses'] | null = null;
  return publishEach(request.runs, async (facts) => {
    known ??= (await rest.repos.getCombinedStatusForRef({ owner, repo, ref: request.sha, per_page: 100 })).data.statuses;
    const context = checkName(facts.agent);
    const existing = known.find((status) => status.context === context);
    const wanted = { state: statusOf(facts), description: visibleLine(facts.sentence, LONGEST_DESCRIPTION) };
    if (existing !== undefined) {
      if (facts.outcome === 'skipped') return;
      const isSame =
        existing.state === wanted.state && existing.description === wanted.description && existing.target_url === facts.detailsUrl;
      if (isSame) return;
    }
    const target = facts.detailsUrl === null ? {} : { target_url: facts.detailsUrl };
    await rest.repos.createCommitStatus({ owner, repo, sha: request.sha, context, ...wanted, ...target });
  });
}
