/** Pushes and pull requests: what changes code. Pure. */
import type { z } from 'zod';
import { areOwnCommits, isOwnBranch } from './own-change.ts';
import type { pullRequestSchema, pushSchema } from './payload-schema.ts';
import type { Verdict } from './trigger.ts';
import { about, ignored, isProgram, refusal, trigger, type Ours } from './verdict.ts';

const BRANCH = 'refs/heads/';

/** Actions after which a pull request has something new to look at. */
const NEW_CONTENT: ReadonlySet<string> = new Set(['opened', 'reopened', 'synchronize', 'ready_for_review']);

export function classifyPush(payload: z.output<typeof pushSchema>, ours: Ours): Verdict {
  const { ref, before, after, commits, head_commit: head } = payload;
  if (!ref.startsWith(BRANCH)) return ignored(ref.startsWith('refs/tags/') ? 'tag' : 'other-ref');
  if (payload.deleted) return ignored('branch-deleted');
  const branch = ref.slice(BRANCH.length);
  if (isOwnBranch(branch)) return ignored('own-branch');
  const refused = refusal(payload, ours);
  if (refused !== null) return refused;
  // A push that brings no commits, such as that of a new branch, names the one that it is at.
  const messages = commits.length > 0 ? commits.map((commit) => commit.message) : head === null ? [] : [head.message];
  // Both: people push commits of agents after `agent accept`, and programs push commits of people.
  if (isProgram(payload.sender) && areOwnCommits(messages)) return ignored('own-commits');
  return trigger({
    kind: 'push',
    ...about(payload),
    branch,
    before: /^0+$/.test(before) ? null : before,
    after,
    isForced: payload.forced,
  });
}

export function classifyPullRequest(payload: z.output<typeof pullRequestSchema>, ours: Ours): Verdict {
  const { action, pull_request: pull, repository, changes } = payload;
  const refused = refusal(payload, ours);
  if (refused !== null) return refused;
  const isNewBase = action === 'edited' && changes?.base !== undefined;
  if (!NEW_CONTENT.has(action) && !isNewBase) return ignored('nothing-follows');
  if (pull.state !== 'open') return ignored('nothing-follows');
  if (pull.draft === true) return ignored('draft');
  const isFork = pull.head.repo?.full_name.toLowerCase() !== repository.full_name.toLowerCase();
  // A stranger may name his branch as ours: that one is looked at.
  if (!isFork && isOwnBranch(pull.head.ref)) return ignored('own-branch');
  return trigger({
    kind: 'pull-request',
    ...about(payload),
    number: pull.number,
    head: { branch: pull.head.ref, sha: pull.head.sha },
    base: { branch: pull.base.ref, sha: pull.base.sha },
    isFork,
  });
}
