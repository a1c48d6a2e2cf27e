/** The parts of GitHub's webhook payloads that are read. Everything else in them is left alone. Fields that GitHub sometimes leaves out are optional. */
import { z } from 'zod';

/** Names that Git accepts, so that nothing behind this has to fear blanks, control characters or options. */
const REF_NAME = /^(?!-)(?!.*(?:\.\.|\/\.|\/\/|@\{|\.lock(?:\/|$)))[^\x00-\x20\x7f~^:?*[\\/.][^\x00-\x20\x7f~^:?*[\\]*(?<![/.])$/;

const id = z.number().int().min(1);
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'expected the id of a commit');
const branch = z.string().max(1000).regex(REF_NAME, 'expected the name of a branch');
const login = z.string().regex(/^[\w.-]{1,100}(\[bot\])?$/, 'expected a login');
const fullName = z
  .string()
  .max(250)
  .regex(/^[\w.-]+\/[\w.-]+$/, 'expected "owner/name"');
const text = z.string().max(1_000_000);

const account = z.object({ login, type: z.string().optional() });

const repository = z.object({
  full_name: fullName,
  default_branch: branch,
  archived: z.boolean().optional(),
});

const common = {
  repository,
  sender: account.nullish(),
  installation: z.object({ id }).nullish(),
};

const commit = z.object({ message: text });

export const pushSchema = z.object({
  ...common,
  ref: z
    .string()
    .max(1000)
    .startsWith('refs/', 'expected the full name of a ref')
    .refine(
      (ref) => !ref.startsWith('refs/heads/') || branch.safeParse(ref.slice('refs/heads/'.length)).success,
      'expected the name of a branch',
    ),
  before: sha,
  after: sha,
  deleted: z.boolean(),
  forced: z.boolean(),
  commits: z.array(commit).max(10_000),
  head_commit: commit.nullable(),
});

export const pullRequestSchema = z.object({
  ...common,
  action: z.string(),
  changes: z.object({ base: z.object({}).optional() }).optional(),
  pull_request: z.object({
    number: id,
    state: z.string(),
    draft: z.boolean().optional(),
    head: z.object({ ref: branch, sha, repo: z.object({ full_name: fullName }).nullable() }),
    base: z.object({ ref: branch, sha }),
  }),
});

const issue = z.object({
  number: id,
  body: text.nullish(),
  user: account.nullish(),
  author_association: z.string().optional(),
  pull_request: z.object({}).nullish(),
});

export const issueCommentSchema = z.object({
  ...common,
  action: z.string(),
  issue,
  comment: z.object({ id, body: text, user: account.nullable() }),
});

export const issuesSchema = z.object({ ...common, action: z.string(), issue });

const headCommit = commit.nullish();

export const workflowRunSchema = z.object({
  ...common,
  action: z.string(),
  workflow: z.object({ path: text }).nullish(),
  workflow_run: z.object({
    name: text.nullish(),
    head_branch: branch.nullable(),
    head_sha: sha,
    head_commit: headCommit,
    head_repository: z.object({ full_name: fullName }).nullish(),
    conclusion: z.string().max(100).nullable(),
  }),
});

export const checkSuiteSchema = z.object({
  ...common,
  action: z.string(),
  check_suite: z.object({
    head_branch: branch.nullable(),
    head_sha: sha,
    head_commit: headCommit,
    conclusion: z.string().max(100).nullable(),
    app: z.object({ name: text, slug: text.optional() }).nullish(),
  }),
});

export const checkRunSchema = z.object({
  ...common,
  action: z.string(),
  check_run: z.object({
    name: text,
    head_sha: sha,
    check_suite: z.object({ head_branch: branch.nullable() }).nullish(),
  }),
});

/** The account of an enterprise has a slug instead of a login. */
const installed = z.object({ id, account: z.union([z.object({ login }), z.object({ slug: login })]) });
const named = z.array(z.object({ full_name: fullName })).max(100_000);

export const installationSchema = z.object({
  action: z.string(),
  installation: installed,
  repositories: named.nullish(),
  sender: account.nullish(),
});

export const installationRepositoriesSchema = z.object({
  action: z.string(),
  installation: installed,
  repositories_added: named,
  repositories_removed: named,
  sender: account.nullish(),
});

export const pingSchema = z.object({
  hook_id: id,
  hook: z.object({ events: z.array(z.string().max(100)).max(1000) }),
  repository: z.object({ full_name: fullName }).nullish(),
});
