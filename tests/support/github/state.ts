/** What the GitHub double remembers. Everything of GitHub that Git does not hold. */
import type { BareGit } from './bare-git.ts';

export type Permissions = Readonly<Record<string, 'read' | 'write'>>;
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: 'User' | 'Bot' | 'Organization';
}

export interface Token {
  readonly login: string;
  /** `workflow`: GITHUB_TOKEN of Actions. `installation`: of an App. The others belong to a person. */
  readonly kind: 'workflow' | 'installation' | 'fine-grained' | 'classic';
  /** Of everything but classic tokens: `{ contents: 'write', issues: 'read' }`. */
  readonly permissions: Permissions;
  /** Of classic tokens. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  /** Full names that the token reaches; null: all. */
  readonly repositories: readonly string[] | null;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  /** PEM. */
  readonly publicKey: string;
  readonly installations: readonly { readonly id: number; readonly account: string; readonly permissions: Permissions }[];
}

export interface Comment {
  readonly id: number;
  readonly author: string;
  body: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly reactions: { readonly login: string; readonly content: string }[];
}

/** An issue, or a pull request when `pull` is there. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: string | null;
  labels: string[];
  assignees: string[];
  locked: boolean;
  readonly comments: Comment[];
  readonly createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  readonly pull: Pull | null;
}

export interface Pull {
  /** Branch names of this repository. */
  readonly head: string;
  base: string;
  headSha: string;
  baseSha: string;
  draft: boolean;
  merged: { readonly at: Date; readonly by: string; readonly sha: string } | null;
  autoMerge: { readonly method: string; readonly by: string } | null;
  requestedReviewers: string[];
}

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: string;
  readonly message: string;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  name: string;
  status: string;
  conclusion: string | null;
  externalId: string;
  detailsUrl: string;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: Annotation[];
  startedAt: Date;
  completedAt: Date | null;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly author: string;
  readonly createdAt: Date;
}

export interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  /** Shell patterns of branch names. */
  readonly branches: readonly string[];
  readonly rules: readonly Rule[];
  readonly source: 'Repository' | 'Organization';
  readonly enforcement: 'active' | 'disabled' | 'evaluate';
  /** Whether whoever asks may pass over it. */
  readonly bypass: 'always' | 'pull_requests_only' | 'never';
}

export interface Protection {
  readonly requiresPullRequest: boolean;
  readonly requiredChecks: readonly string[];
}

export interface Dispatch {
  /** Of `workflow_dispatch`: the file's name. Of `repository_dispatch`: null. */
  readonly workflow: string | null;
  readonly ref: string | null;
  readonly eventType: string | null;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: string;
  readonly branch: string;
  readonly sha: string;
  readonly event: string;
  status: string;
  conclusion: string | null;
  readonly attempt: number;
  readonly createdAt: Date;
}

/** What people set on the settings pages. */
export interface Settings {
  private: boolean;
  archived: boolean;
  hasIssues: boolean;
  defaultBranch: string;
  allowsAutoMerge: boolean;
  actionsEnabled: boolean;
  /** What `GITHUB_TOKEN` may by default. */
  workflowPermissions: 'read' | 'write';
  /** "Allow GitHub Actions to create and approve pull requests". */
  workflowsMayPropose: boolean;
}

export interface Repository {
  readonly id: number;
  owner: string;
  name: string;
  readonly git: BareGit;
  readonly settings: Settings;
  readonly collaborators: Map<string, Role>;
  readonly issues: Issue[];
  readonly labels: Label[];
  readonly checkRuns: CheckRun[];
  readonly statuses: CommitStatus[];
  readonly rulesets: Ruleset[];
  readonly protections: Map<string, Protection>;
  readonly dispatches: Dispatch[];
  readonly workflowRuns: WorkflowRun[];
}

export interface World {
  /** Of the REST interface, without a slash at its end. */
  readonly url: string;
  readonly users: Map<string, User>;
  readonly tokens: Map<string, Token>;
  readonly repositories: Repository[];
  /** Former full names, in small letters, and where they lead. */
  readonly formerNames: Map<string, Repository>;
  readonly apps: App[];
  now(): Date;
  nextId(): number;
}

export function fullName(repository: Repository): string {
  return `${repository.owner}/${repository.name}`;
}

/** The user of that name, made when there is none: the double has no sign-up. */
export function userOf(world: World, login: string): User {
  const key = login.toLowerCase();
  const user = world.users.get(key) ?? { login, id: world.nextId(), type: login.endsWith('[bot]') ? ('Bot' as const) : ('User' as const) };
  world.users.set(key, user);
  return user;
}

/** The issue or pull request of that number, or undefined. */
export function issueOf(repository: Repository, number: string | number | undefined): Issue | undefined {
  return repository.issues.find((issue) => issue.number === Number(number));
}
