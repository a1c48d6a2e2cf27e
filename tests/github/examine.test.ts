import { describe, expect, it } from 'vitest';
import { examineGitHub } from '../../github/examine.ts';
import type { Examined, ExamineRequest } from '../../github/examined.ts';
import { ALL_PERMISSIONS, REPOSITORY, startGitHub, TOKEN, type FakeGitHub } from '../support/github/start-github.ts';
import type { Permissions } from '../support/github/state.ts';

const PAGES = 'https://ghe.acme.io/acme/site';
const REQUEST: ExamineRequest = {
  pages: PAGES,
  token: 'workflow',
  workflow: '.github/workflows/agents.yml',
  branch: null,
  delivery: 'push',
  tokenDelivers: 'push',
  automerges: false,
  checks: 'check-runs',
};

const examine = (double: FakeGitHub, request: Partial<ExamineRequest> = {}): Promise<Examined[]> =>
  examineGitHub(double.open(), { ...REQUEST, ...request });
/** What is not good: `verdict subject: text → advice @ page`. */
const complaints = (found: readonly Examined[]): string[] =>
  found
    .filter(({ verdict }) => verdict !== 'good')
    .map(({ verdict, subject, text, advice, page }) => `${verdict} ${subject}: ${text} → ${advice ?? 'nothing'} @ ${page ?? 'nowhere'}`);
const without = (...names: string[]): Permissions =>
  Object.fromEntries(Object.entries(ALL_PERMISSIONS).filter(([name]) => !names.includes(name)));
/** A repository whose settings the token may read, as an administrator's. */
const ADMINISTERED = { tokens: { [TOKEN]: { permissions: { ...ALL_PERMISSIONS, administration: 'read' } } } } as const;

describe('an examination of GitHub', () => {
  it('finds nothing where nothing is missing, and changes nothing', async () => {
    await using double = await startGitHub(ADMINISTERED);
    const refs = await double.repository().git.git(['for-each-ref']);
    const found = await examine(double);
    expect(complaints(found)).toEqual([]);
    expect(found.map(({ subject, text }) => `${subject}: ${text}`)).toEqual([
      'github: acme/site answers',
      'token: it may write contents, pull-requests, issues, checks, statuses, actions',
      'branch rules: main takes pushes',
    ]);
    const { issues, checkRuns, statuses, dispatches, labels } = double.repository();
    expect([issues, checkRuns, statuses, dispatches, labels].flat()).toEqual([]);
    expect(await double.repository().git.git(['for-each-ref'])).toBe(refs);
    expect(double.log.filter(({ method, status }) => method !== 'GET' && status < 400)).toEqual([]);
  });

  it('names each right that a workflow lacks, with the file to change', async () => {
    await using double = await startGitHub({
      tokens: { [TOKEN]: { permissions: without('contents', 'issues', 'checks', 'statuses', 'actions') } },
    });
    const page = `${PAGES}/edit/main/.github/workflows/agents.yml`;
    expect(complaints(await examine(double)).slice(0, 5)).toEqual([
      `bad token: it lacks contents: write, so agents cannot push commits → add "contents: write" to the permissions of the workflow's job @ ${page}`,
      `worth-knowing token: it lacks issues: write, so agents cannot ask for help when they fail → add "issues: write" to the permissions of the workflow's job @ ${page}`,
      `worth-knowing token: it lacks checks: write, so agents cannot show results beside commits as check runs → add "checks: write" to the permissions of the workflow's job @ ${page}`,
      `worth-knowing token: it lacks statuses: write, so agents cannot show results beside commits as statuses → add "statuses: write" to the permissions of the workflow's job @ ${page}`,
      `worth-knowing token: it lacks actions: write, so agents cannot start workflows on their commits → add "actions: write" to the permissions of the workflow's job @ ${page}`,
    ]);
  });

  it('does not ask for commit statuses where there are check runs, nor for either where none are shown', async () => {
    await using double = await startGitHub({ tokens: { [TOKEN]: { permissions: { ...without('statuses'), administration: 'read' } } } });
    expect(complaints(await examine(double))).toEqual([]);
    double.addToken(TOKEN, { permissions: { ...without('statuses', 'checks'), administration: 'read' } });
    expect(complaints(await examine(double, { checks: 'none' }))).toEqual([]);
    expect(complaints(await examine(double, { checks: 'statuses' })).join()).toMatch(/^worth-knowing token: it lacks statuses/);
  });

  it.each([
    [
      'app',
      'give the App the repository permission "issues: write" and accept it',
      'https://ghe.acme.io/organizations/acme/settings/installations',
    ],
    ['fine-grained', 'give the token the repository permission "issues: write"', 'https://ghe.acme.io/settings/personal-access-tokens'],
    ['unknown', 'give the token the repository permission "issues: write"', 'https://ghe.acme.io/settings/tokens'],
  ] as const)('leads to where the permissions of a token of the kind %s are changed', async (token, advice, page) => {
    await using double = await startGitHub({
      organizations: ['acme'],
      tokens: { [TOKEN]: { permissions: { ...without('issues'), administration: 'read' } } },
    });
    const [found = ''] = complaints(await examine(double, { token }));
    expect(found).toContain(advice);
    expect(found).toContain(`@ ${page}`);
  });

  it('reads the scopes of a classic token instead of asking', async () => {
    const person = { kind: 'classic', login: 'mona', scopes: ['repo', 'workflow'] } as const;
    await using double = await startGitHub({
      repositories: { [REPOSITORY]: { collaborators: { mona: 'admin' } } },
      tokens: { [TOKEN]: person },
    });
    const found = await examine(double, { token: 'classic' });
    expect(complaints(found)).toEqual([]);
    expect(found[1]?.text).toBe(
      'it belongs to a person who may write (scopes repo, workflow); check runs take the token of a workflow or an App',
    );
    expect(double.log.every(({ method }) => method === 'GET')).toBe(true);
    double.addToken(TOKEN, { ...person, scopes: ['gist'] });
    expect(complaints(await examine(double))[0]).toBe(
      'bad token: it has the scopes gist, none of which lets it write here → give it the scope repo @ https://ghe.acme.io/settings/tokens',
    );
    double.addToken(TOKEN, { ...person, login: 'hubot' });
    expect(complaints(await examine(double, { tokenDelivers: 'other' }))[0]).toBe(
      `worth-knowing token: its person may not write to this repository → ask for the role Write, or use the token of somebody who has it @ ${PAGES}/settings/access`,
    );
  });

  it('finds issues and automerge turned off, an archived and a renamed repository', async () => {
    await using double = await startGitHub({ ...ADMINISTERED, repositories: { [REPOSITORY]: { hasIssues: false } } });
    expect(complaints(await examine(double, { automerges: true }))).toEqual([
      `worth-knowing issues: they are turned off, so agents that fail cannot ask for help → turn on Issues under Features @ ${PAGES}/settings#features`,
      `worth-knowing automerge: the repository does not allow it (delivery.automerge) → turn on "Allow auto-merge" @ ${PAGES}/settings`,
    ]);
    Object.assign(double.repository().settings, { hasIssues: true, archived: true });
    expect(complaints(await examine(double))).toEqual([
      `bad github: acme/site is archived, so nobody can write to it → unarchive it, or stop running agents on it @ ${PAGES}/settings`,
    ]);
    double.repository().settings.archived = false;
    await double.repository().rename('acme/shop');
    expect(complaints(await examine(double))).toEqual([
      `worth-knowing github: acme/site is called acme/shop now → git remote set-url origin …/acme/shop.git @ ${double.url}/acme/shop`,
    ]);
  });

  it('finds that workflows may not open pull requests, from the settings and from the refusal', async () => {
    await using double = await startGitHub({ ...ADMINISTERED, repositories: { [REPOSITORY]: { workflowsMayPropose: false } } });
    const setting = `workflows may not open pull requests → turn on "Allow GitHub Actions to create and approve pull requests" @ ${PAGES}/settings/actions`;
    expect(complaints(await examine(double))).toEqual([`worth-knowing actions: ${setting}`]);
    double.addToken(TOKEN, {});
    expect(complaints(await examine(double, { delivery: 'pull-request' }))).toEqual([`bad actions: ${setting}`]);
    double.repository().settings.workflowsMayPropose = true;
    expect(complaints(await examine(double))).toEqual([
      `worth-knowing actions: whether workflows may open pull requests is told to administrators only → see that "Allow GitHub Actions to create and approve pull requests" is on @ ${PAGES}/settings/actions`,
    ]);
    expect(complaints(await examine(double, { token: 'app' }))).toEqual([]);
  });

  it('finds Actions turned off', async () => {
    await using double = await startGitHub({ ...ADMINISTERED, repositories: { [REPOSITORY]: { actionsEnabled: false } } });
    expect(complaints(await examine(double))).toEqual([
      `worth-knowing actions: they are turned off, so no workflow runs agents → turn them on @ ${PAGES}/settings/actions`,
    ]);
  });

  it('reads what rulesets ask of a push, and passes over those that let the token pass', async () => {
    await using double = await startGitHub({ ...ADMINISTERED, organizations: ['acme'] });
    const repository = double.repository();
    const checks = {
      type: 'required_status_checks',
      parameters: { required_status_checks: [{ context: 'ci' }], strict_required_status_checks_policy: false },
    };
    await repository.addRuleset({ id: 7, branches: ['main'], rules: [{ type: 'pull_request' }, checks, { type: 'deletion' }] });
    await repository.addRuleset({ id: 8, branches: ['*'], source: 'Organization', rules: [{ type: 'creation' }] });
    await repository.addRuleset({ id: 9, branches: ['main'], bypass: 'always', rules: [{ type: 'update' }] });
    await repository.addRuleset({ id: 10, branches: ['main'], enforcement: 'disabled', rules: [{ type: 'update' }] });
    const push = 'a refused push becomes a pull request; set delivery.mode to "pull-request", or let the App of the agents pass the rule';
    const organization = 'https://ghe.acme.io/organizations/acme/settings/rules/8';
    expect(complaints(await examine(double))).toEqual([
      `worth-knowing branch rules: main asks for a pull request, for passed checks (ci) → ${push} @ ${PAGES}/settings/rules/7`,
      `worth-knowing branch rules: branches upkeep/… ask that nobody makes it, so pull requests cannot be opened → except upkeep/** from the rule @ ${organization}`,
    ]);
    expect(complaints(await examine(double, { delivery: 'pull-request' }))[0]).toContain('→ agents propose, people merge @');
  });

  it('reads branch protection as far as it is told', async () => {
    await using double = await startGitHub(ADMINISTERED);
    await double.repository().protect('main', { requiredChecks: ['ci', 'lint'] });
    expect(complaints(await examine(double))[0]).toMatch(
      /^worth-knowing branch rules: main asks for a pull request, for passed checks \(ci, lint\) →.*settings\/branches$/,
    );
    double.addToken(TOKEN, {});
    expect(complaints(await examine(double))[0]).toContain('main asks for passed checks (ci, lint) →');
    await double.repository().protect('main');
    expect(complaints(await examine(double))[0]).toContain('main asks for what only its administrators see →');
    expect(complaints(await examine(double, { branch: 'other' })).join()).not.toContain('branch rules');
  });

  it('says that a limit is nearly used up', async () => {
    await using double = await startGitHub(ADMINISTERED);
    double.limit(40, 600);
    expect(complaints(await examine(double)).join()).toMatch(/rate limit: \d\d requests are left of this hour's limit/);
  });

  it('says what is wrong when GitHub does not answer, and that agents work without it', async () => {
    await using double = await startGitHub();
    double.down();
    expect(complaints(await examine(double))).toEqual([
      expect.stringMatching(
        /^worth-knowing github: GET \/repos\/\{owner\}\/\{repo\}: GitHub could not be reached .* → agents work without it/,
      ) as string,
    ]);
    double.up();
    double.revoke(TOKEN);
    expect(complaints(await examine(double, { token: 'fine-grained' }))).toEqual([
      expect.stringMatching(
        /^bad github: .*mistyped, revoked or has expired → make another token, .* @ https:\/\/ghe.acme.io\/settings\/personal-access-tokens$/,
      ) as string,
    ]);
  });

  it('goes on when single questions meet an outage', async () => {
    await using double = await startGitHub(ADMINISTERED);
    double.failNext({ on: /POST .*\/check-runs/, status: 502 });
    double.failNext({ on: /\/rules\/branches\/main/, status: 500 });
    const found = complaints(await examine(double));
    expect(found).toEqual([
      'worth-knowing token: GitHub did not say whether it may write checks → nothing @ nowhere',
      expect.stringContaining('worth-knowing branch rules: they could not be read') as string,
    ]);
  });
});
