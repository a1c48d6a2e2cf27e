/** A comment that stands under an issue once, however many runners make it at the same moment and however often one tries. */
import type { GitHub } from './client.ts';
import type { Comment } from './escalation-comments.ts';
import { GitHubError } from './github-error.ts';
import type { Issue } from './issues.ts';

/** Whoever tries again does so within days; older comments are other ones. */
const LOOK_BACK_MS = 30 * 24 * 60 * 60_000;
const MOST_PAGES = 5;

interface Said {
  readonly note: string | null;
  /** Takes the comment back when another runner was faster. `after`: the issue as it was answered later. */
  settle(after: Issue): Promise<void>;
}

/**
 * Comments unless it was said already. A refusal (a locked issue) is no reason to leave the rest undone: it comes back as a sentence.
 * Throws GitHubError of outages.
 */
export async function sayOnce(github: GitHub, issue: Issue, ask: { readonly comment: Comment; readonly now: Date }): Promise<Said> {
  const { owner, repo, rest } = github;
  const { comment, now } = ask;
  const since = new Date(now.getTime() - LOOK_BACK_MS).toISOString();
  const silent = { note: null, settle: () => Promise.resolve() };
  try {
    if (issue.comments > 0 && (await sameComments(github, issue, { comment, since })).length > 0) return silent;
    const { data } = await rest.issues.createComment({ owner, repo, issue_number: issue.number, body: comment.body });
    return {
      note: null,
      settle: async (after) => {
        if (after.comments <= issue.comments + 1) return;
        const [first] = await sameComments(github, issue, { comment, since });
        if (first !== undefined && first < data.id) await rest.issues.deleteComment({ owner, repo, comment_id: data.id });
      },
    };
  } catch (error) {
    if (!(error instanceof GitHubError) || error.isTransient) throw error;
    return { ...silent, note: `no comment under #${issue.number}: ${error.message}` };
  }
}

/** Ids of comments that say the same, the oldest first. */
async function sameComments(
  { owner, repo, rest, paginate }: GitHub,
  issue: Issue,
  { comment, since }: { readonly comment: Comment; readonly since: string },
): Promise<number[]> {
  const ids: number[] = [];
  let pages = 0;
  const ask = { owner, repo, issue_number: issue.number, since, per_page: 100 };
  for await (const { data } of paginate.iterator(rest.issues.listComments, ask)) {
    ids.push(...data.filter(({ body }) => body?.split('\n', 1)[0]?.trimEnd() === comment.marker).map(({ id }) => id));
    pages += 1;
    if (pages === MOST_PAGES) break;
  }
  return ids.sort((a, b) => a - b);
}
