/** Looks for what on GitHub could keep agents from delivering, proposing and speaking up. Changes nothing there. */
import { protectionOfBranch, rulesOfBranch, type BranchRule } from './branch-rules.ts';
import type { GitHub } from './client.ts';
import { examineToken, mayNotPropose } from './examine-token.ts';
import { bad, good, worthKnowing, type Examined, type ExamineRequest, type Place, type RepositoryData } from './examined.ts';
import { GitHubError } from './github-error.ts';
import { settingsPages } from './settings-pages.ts';

/** Everything that was found, what hurts most not first but in the order of a run. Never throws GitHubError. */
export async function examineGitHub(github: GitHub, request: ExamineRequest): Promise<Examined[]> {
  const { owner, repo, rest } = github;
  let answer;
  try {
    answer = await rest.repos.get({ owner, repo });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [unreachable(error, request)];
  }
  const { data, headers } = answer;
  const place: Place = {
    pages: request.pages,
    isOrganization: data.owner.type === 'Organization',
    defaultBranch: data.default_branch,
    branch: request.branch ?? data.default_branch,
  };
  const found = [...identity(github, data, place)];
  if (data.archived) return found;
  const scopes = typeof headers['x-oauth-scopes'] === 'string' ? headers['x-oauth-scopes'] : null;
  const [token, rules, actions] = await Promise.all([
    examineToken(github, request, { data, scopes, place }),
    branchRules(github, request, place),
    request.token === 'app' ? [] : actionsSettings(github, request, place),
  ]);
  return [...found, ...settings(data, request, place), ...token, ...rules, ...withoutEcho(actions, token), ...limits(github)];
}

function unreachable(error: GitHubError, { pages, token, workflow }: ExamineRequest): Examined {
  const page = settingsPages.token({ pages, isOrganization: false, defaultBranch: 'HEAD' }, token, workflow);
  if (error.isTransient && error.code !== 'unexpected')
    return worthKnowing('github', error.message, 'agents work without it: what cannot be said is said by a later run');
  const advice = error.code === 'moved' ? 'set the address of the remote' : 'make another token, or give this one access to the repository';
  return bad('github', error.message, advice, error.code === 'moved' ? pages : page);
}

function identity({ owner, repo }: GitHub, data: RepositoryData, place: Place): Examined[] {
  const asked = `${owner}/${repo}`;
  const found: Examined[] = [];
  if (data.full_name.toLowerCase() !== asked.toLowerCase()) {
    found.push(
      worthKnowing(
        'github',
        `${asked} is called ${data.full_name} now`,
        `git remote set-url origin …/${data.full_name}.git`,
        data.html_url,
      ),
    );
  }
  if (data.archived) {
    const text = `${data.full_name} is archived, so nobody can write to it`;
    return [...found, bad('github', text, 'unarchive it, or stop running agents on it', settingsPages.general(place))];
  }
  return found.length > 0 ? found : [good('github', `${data.full_name} answers`)];
}

function settings(data: RepositoryData, request: ExamineRequest, place: Place): Examined[] {
  const found: Examined[] = [];
  if (!data.has_issues) {
    found.push(
      worthKnowing(
        'issues',
        'they are turned off, so agents that fail cannot ask for help',
        'turn on Issues under Features',
        settingsPages.features(place),
      ),
    );
  }
  if (request.automerges && data.allow_auto_merge === false) {
    found.push(
      worthKnowing(
        'automerge',
        'the repository does not allow it (delivery.automerge)',
        'turn on "Allow auto-merge"',
        settingsPages.general(place),
      ),
    );
  }
  return found;
}

async function actionsSettings(github: GitHub, request: ExamineRequest, place: Place): Promise<Examined[]> {
  const { owner, repo, rest } = github;
  try {
    const [allowed, workflow] = await Promise.all([
      rest.actions.getGithubActionsPermissionsRepository({ owner, repo }),
      rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository({ owner, repo }),
    ]);
    if (!allowed.data.enabled)
      return [worthKnowing('actions', 'they are turned off, so no workflow runs agents', 'turn them on', settingsPages.actions(place))];
    return workflow.data.can_approve_pull_request_reviews ? [] : [mayNotPropose(request, place)];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (request.delivery === 'other') return [];
    const text = 'whether workflows may open pull requests is told to administrators only';
    return [
      worthKnowing(
        'actions',
        text,
        'see that "Allow GitHub Actions to create and approve pull requests" is on',
        settingsPages.actions(place),
      ),
    ];
  }
}

/** What the token's own answer has told already is not said again. */
function withoutEcho(actions: readonly Examined[], token: readonly Examined[]): readonly Examined[] {
  return token.some(({ subject }) => subject === 'actions') ? [] : actions;
}

/** A branch that agents propose on; rules about such names stop their pull requests. */
const OWN_BRANCH = 'upkeep/qa';

async function branchRules(github: GitHub, request: ExamineRequest, place: Place): Promise<Examined[]> {
  try {
    const [rules, protection, own] = await Promise.all([
      rulesOfBranch(github, place.branch),
      protectionOfBranch(github, place.branch),
      rulesOfBranch(github, OWN_BRANCH),
    ]);
    // The branch is there: who may make it does not matter.
    const asked = [...rules.filter(({ type }) => type !== 'creation'), ...protection];
    const found = [...perRuleset(asked, place)].map(([page, words]) => {
      const text = `${place.branch} asks ${words.join(', ')}`;
      const advice =
        request.delivery === 'pull-request'
          ? 'agents propose, people merge'
          : 'a refused push becomes a pull request; set delivery.mode to "pull-request", or let the App of the agents pass the rule';
      return worthKnowing('branch rules', text, advice, page);
    });
    const blocking = [...perRuleset(own, place)].map(([page, words]) =>
      worthKnowing(
        'branch rules',
        `branches upkeep/… ask ${words.join(', ')}, so pull requests cannot be opened`,
        'except upkeep/** from the rule',
        page,
      ),
    );
    return found.length + blocking.length > 0 ? [...found, ...blocking] : [good('branch rules', `${place.branch} takes pushes`)];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [worthKnowing('branch rules', `they could not be read: ${error.message}`, null)];
  }
}

/** Page of the settings → what is asked there. */
function perRuleset(rules: readonly BranchRule[], place: Place): Map<string, string[]> {
  const byPage = new Map<string, string[]>();
  for (const { words, ruleset } of rules) {
    const page = ruleset === null ? settingsPages.branches(place) : settingsPages.ruleset(place, ruleset);
    byPage.set(page, [...new Set([...(byPage.get(page) ?? []), words])]);
  }
  return byPage;
}

/** Fewer requests than this may not be enough for one run. */
const FEW_REQUESTS = 100;

function limits(github: GitHub): Examined[] {
  const { remaining } = github.usage();
  if (remaining === null || remaining >= FEW_REQUESTS) return [];
  return [
    worthKnowing('rate limit', `${remaining} requests are left of this hour's limit`, 'use the token of an App, whose limit is its own'),
  ];
}
