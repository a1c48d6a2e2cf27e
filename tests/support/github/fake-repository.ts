/** One repository of the GitHub double, as tests set it up and look at it: past every permission, without a request. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitServer } from '../git-server.ts';
import { bareGitAt, type Files, type PushRule } from './bare-git.ts';
import { followBranches, mergeNow, pullsOf, type PullIssue } from './operations/pulls.ts';
import { newIssue, setState } from './operations/issues.ts';
import { labelOf } from './operations/shapes.ts';
import { fullName, issueOf, userOf } from './state.ts';
import type { Comment, Issue, Repository, Role, Rule, Ruleset, Settings, World, WorkflowRun } from './state.ts';

export interface RepositorySeed extends Partial<Settings> {
  /** Files of the first commit; default a README. */
  readonly files?: Files;
  /** Login → role. The owner is an admin anyhow. */
  readonly collaborators?: Readonly<Record<string, Role>>;
}

/** What GitHub keeps of the repository (issues, labels, check runs, settings …) may be read and set directly. */
export interface FakeRepository extends Omit<Repository, 'owner' | 'name'> {
  readonly owner: string;
  readonly name: string;
  /** Path of the bare repository. */
  readonly path: string;
  /** Address for Git, without a token. */
  readonly remote: string;
  /** The issue or pull request; throws when there is none. */
  issue(number: number): Issue;
  /** Pull requests as GitHub would show them now, the oldest first. */
  pulls(): Promise<readonly PullIssue[]>;
  /** The commit at the head of a branch (default: the default branch); throws when there is none. */
  head(branch?: string): Promise<string>;
  /** A person's commit on a branch, which is made when it is not there. */
  commit(files: Files, options?: { readonly branch?: string; readonly message?: string }): Promise<string>;
  /** A person opens an issue; it may be closed already. */
  openIssue(
    issue: { readonly title: string; readonly author?: string } & Partial<Pick<Issue, 'body' | 'labels' | 'state' | 'stateReason'>>,
  ): Issue;
  closeIssue(number: number, reason?: string): void;
  comment(number: number, body: string, author?: string): Comment;
  merge(number: number): Promise<string>;
  /** Pushes to the branch are refused with GH006 unless `approve` named the commit; a pull request is asked for unless told otherwise. */
  protect(
    branch: string,
    protection?: { readonly requiresPullRequest?: boolean; readonly requiredChecks?: readonly string[] },
  ): Promise<void>;
  /** Pushes to branches of these patterns are refused with GH013. */
  addRuleset(ruleset: Partial<Ruleset> & { readonly branches: readonly string[] }): Promise<void>;
  approve(sha: string): Promise<void>;
  addWorkflowRun(run: Partial<WorkflowRun> & { readonly workflow: string; readonly sha: string }): WorkflowRun;
  /** From now on it has this full name, and the old one leads to it. */
  rename(name: string): Promise<void>;
}

/** Sentences of GitHub about a rule that a push breaks. */
const RULE_SENTENCES: Readonly<Record<string, string>> = {
  pull_request: 'Changes must be made through a pull request.',
  required_status_checks: 'Required status check "ci" is expected.',
  required_signatures: 'Commits must have verified signatures.',
  update: 'Cannot update this protected ref.',
  creation: 'Cannot create ref due to creations being restricted.',
  non_fast_forward: 'Cannot force-push to this branch',
};

export async function createFakeRepository(ask: {
  readonly world: World;
  readonly server: GitServer;
  readonly name: string;
  readonly seed: RepositorySeed;
}): Promise<FakeRepository> {
  const { world, server, name: whole, seed } = ask;
  const [owner = '', name = ''] = whole.split('/');
  const served = await server.create(whole);
  const { files = { 'README.md': `# ${name}\n` }, collaborators = {}, ...settings } = seed;
  const repository: Repository = {
    id: world.nextId(),
    owner,
    name,
    git: bareGitAt(served.path),
    settings: {
      private: false,
      archived: false,
      hasIssues: true,
      defaultBranch: 'main',
      allowsAutoMerge: false,
      actionsEnabled: true,
      workflowPermissions: 'read',
      workflowsMayPropose: true,
      ...settings,
    },
    collaborators: new Map(Object.entries(collaborators).map(([login, role]) => [login.toLowerCase(), role])),
    issues: [],
    labels: [],
    checkRuns: [],
    statuses: [],
    rulesets: [],
    protections: new Map(),
    dispatches: [],
    workflowRuns: [],
  };
  for (const login of [owner, ...Object.keys(collaborators)]) userOf(world, login);
  world.repositories.push(repository);
  const seconds = (): number => Math.floor(world.now().getTime() / 1000);
  await repository.git.commit({ branch: repository.settings.defaultBranch, message: 'first', files, at: seconds() });
  return handleOf(world, server, repository);
}

function handleOf(world: World, server: GitServer, repository: Repository): FakeRepository {
  const gitName = fullName(repository);
  const act = (login: string): { world: World; login: string } => ({ world, login });
  const theIssue = (number: number): Issue => {
    const issue = issueOf(repository, number);
    if (issue === undefined) throw new Error(`${fullName(repository)} has no issue or pull request ${number}`);
    return issue;
  };
  const writeRules = async (): Promise<void> => {
    const rules: PushRule[] = [];
    for (const [branch, { requiresPullRequest, requiredChecks }] of repository.protections) {
      const checks = requiredChecks.map((check) => `Required status check "${check}" is expected.`);
      rules.push({ branch, code: 'GH006', sentences: [...(requiresPullRequest ? [RULE_SENTENCES['pull_request'] ?? ''] : []), ...checks] });
    }
    for (const ruleset of repository.rulesets.filter(({ enforcement }) => enforcement === 'active')) {
      const sentences = ruleset.rules.map(({ type }) => RULE_SENTENCES[type] ?? `Rule ${type} is broken.`);
      rules.push(...ruleset.branches.map((branch) => ({ branch, code: 'GH013' as const, sentences })));
    }
    await repository.git.setRules(rules);
  };
  return {
    ...repository,
    get owner() {
      return repository.owner;
    },
    get name() {
      return repository.name;
    },
    path: repository.git.path,
    remote: server.url(gitName),
    issue: theIssue,
    pulls: async () => {
      await followBranches({ world, repository });
      return pullsOf(repository);
    },
    head: async (branch = repository.settings.defaultBranch) => {
      const sha = await repository.git.resolve(`refs/heads/${branch}`);
      if (sha === null) throw new Error(`${fullName(repository)} has no branch ${branch}`);
      return sha;
    },
    commit: (files, { branch = repository.settings.defaultBranch, message = 'change' } = {}) =>
      repository.git.commit({ branch, message, files, at: Math.floor(world.now().getTime() / 1000) }),
    openIssue: ({ title, author = repository.owner, ...more }) => {
      userOf(world, author);
      const issue = newIssue({ ...act(author), repository }, { title, body: null });
      const state = more.state ?? 'open';
      Object.assign(issue, more, { state: 'open', labels: (more.labels ?? []).map((label) => labelOf(world, repository, label).name) });
      repository.issues.push(issue);
      if (state === 'closed') setState(act(author), issue, { state, reason: more.stateReason ?? null });
      return issue;
    },
    closeIssue: (number, reason = 'completed') => setState(act(repository.owner), theIssue(number), { state: 'closed', reason }),
    comment: (number, body, author = repository.owner) => {
      userOf(world, author);
      const comment: Comment = { id: world.nextId(), author, body, createdAt: world.now(), updatedAt: world.now(), reactions: [] };
      theIssue(number).comments.push(comment);
      return comment;
    },
    merge: async (number) => {
      await followBranches({ world, repository });
      return mergeNow({ ...act(repository.owner), repository }, theIssue(number) as PullIssue);
    },
    protect: async (branch, { requiresPullRequest = true, requiredChecks = [] } = {}) => {
      repository.protections.set(branch, { requiresPullRequest, requiredChecks });
      await writeRules();
    },
    addRuleset: async ({ branches, ...more }) => {
      const rules: readonly Rule[] = [{ type: 'pull_request' }];
      repository.rulesets.push({
        id: world.nextId(),
        name: 'rules',
        source: 'Repository',
        enforcement: 'active',
        bypass: 'never',
        rules,
        branches,
        ...more,
      });
      await writeRules();
    },
    approve: (sha) => server.approve(gitName, sha),
    addWorkflowRun: (run) => {
      const whole: WorkflowRun = {
        id: world.nextId(),
        branch: repository.settings.defaultBranch,
        event: 'push',
        status: 'completed',
        conclusion: 'success',
        attempt: 1,
        createdAt: world.now(),
        ...run,
      };
      repository.workflowRuns.push(whole);
      return whole;
    },
    rename: async (name) => {
      world.formerNames.set(fullName(repository).toLowerCase(), repository);
      const [owner = '', short = ''] = name.split('/');
      const folder = join(repository.git.path, '..', '..');
      // Git finds it by both names, as on GitHub.
      await symlink(repository.git.path, join(folder, owner, `${short}.git`));
      repository.owner = owner;
      repository.name = short;
    },
  };
}
