/** Who may command by a comment, and the answer to it, which is given once however often it is asked for. */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

/** A comment with commands, as a webhook or workflow told of it. */
export interface CommandingComment {
  /** Of the issue or pull request. */
  readonly number: number;
  readonly commentId: number;
}

export interface Answer {
  readonly id: number;
  /** Address of the answer. */
  readonly url: string;
}

/** Answers that are looked through, by hundreds, behind the comment. */
const MOST_PAGES = 5;

/** Whether the person may write to the repository: roles write, maintain and admin, and roles of an organisation above them. Throws GitHubError. */
export async function mayWrite(github: GitHub, login: string): Promise<boolean> {
  const { owner, repo, rest } = github;
  try {
    const { data } = await rest.repos.getCollaboratorPermissionLevel({ owner, repo, username: login });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return false;
    throw error;
  }
}

/** When the comment was written, ISO 8601; null when it is gone, and with it what it asked for. Throws GitHubError. */
export async function commentedAt(github: GitHub, { commentId }: CommandingComment): Promise<string | null> {
  const { owner, repo, rest } = github;
  try {
    return (await rest.issues.getComment({ owner, repo, comment_id: commentId })).data.created_at;
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return null;
    throw error;
  }
}

/** The answer that was given already, the oldest, or null. `since` is the time of the comment. Throws GitHubError. */
export async function findAnswer(github: GitHub, comment: CommandingComment, since: string): Promise<Answer | null> {
  const { owner, repo, rest } = github;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await rest.issues.listComments({ owner, repo, issue_number: comment.number, since, per_page: 100, page });
    for (const { id, body, html_url: url, user } of data) {
      if (!body?.startsWith(answerMarker(comment))) continue;
      // A stranger who writes our marker must not keep a command from being carried out.
      if (user?.type === 'Bot' || (user !== null && user !== undefined && (await mayWrite(github, user.login)))) return { id, url };
    }
    if (data.length < 100) break;
  }
  return null;
}

/**
 * Writes the answer. When another runner answered at the same time, the older answer stays and ours goes.
 * Throws GitHubError.
 */
export async function answerOnce(
  github: GitHub,
  comment: CommandingComment,
  text: { readonly body: string; readonly since: string },
): Promise<Answer> {
  const { owner, repo, rest } = github;
  const body = `${answerMarker(comment)}\n${text.body}`;
  const { data } = await rest.issues.createComment({ owner, repo, issue_number: comment.number, body });
  const own = { id: data.id, url: data.html_url };
  const first = await findAnswer(github, comment, text.since);
  if (first === null || first.id >= own.id) return own;
  await rest.issues.deleteComment({ owner, repo, comment_id: own.id });
  return first;
}

/** The first line of an answer. */
function answerMarker({ commentId }: CommandingComment): string {
  return `<!-- upkeep:v1:answer:${commentId} -->`;
}
