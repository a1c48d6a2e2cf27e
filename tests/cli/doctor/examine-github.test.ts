import { describe, expect, it } from 'vitest';
import { temporaryFolder, repositoryAt, type TestRepository } from '../../support/git-repository.ts';
import { ALL_PERMISSIONS, startGitHub, TOKEN, type FakeGitHub, type FakeGitHubOptions } from '../../support/github/start-github.ts';
import { agent } from '../../support/run-agent-command.ts';

interface Found {
  readonly subject: string;
  readonly verdict: string;
  readonly text: string;
  readonly advice: string | null;
}

interface Scene extends AsyncDisposable {
  readonly github: FakeGitHub;
  readonly clone: TestRepository;
  /** `agent doctor --json` in the clone. */
  doctor(env?: Readonly<Record<string, string>>, ...args: string[]): Promise<{ code: number; found: Found[]; ms: number }>;
}

async function scene(options: FakeGitHubOptions = {}): Promise<Scene> {
  const github = await startGitHub(options);
  const folder = await temporaryFolder();
  await repositoryAt(folder.path).git('clone', '-q', github.repository().remote, 'work');
  const clone = repositoryAt(`${folder.path}/work`);
  return {
    github,
    clone,
    doctor: async (env = {}, ...args) => {
      const started = performance.now();
      const { code, stdout, stderr } = await agent(clone.path, ['doctor', '--json', ...args], env);
      if (stdout === '') throw new Error(stderr);
      return { code, found: (JSON.parse(stdout) as { diagnoses: Found[] }).diagnoses, ms: performance.now() - started };
    },
    [Symbol.asyncDispose]: async () => {
      await folder[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

/** As a job of Actions on an Enterprise server has it. */
const inActions = ({ url, server }: FakeGitHub): Record<string, string> => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/site',
  GITHUB_SERVER_URL: server.origin,
  GITHUB_API_URL: `${url}/api/v3`,
  GITHUB_TOKEN: TOKEN,
  GITHUB_WORKFLOW_REF: 'acme/site/.github/workflows/agents.yml@refs/heads/main',
});
/** What was found about GitHub, in one line each. */
const SUBJECTS = ['github', 'token', 'issues', 'actions', 'branch rules', 'automerge', 'rate limit'];
const aboutGitHub = (found: readonly Found[]): string[] =>
  found
    .filter(({ subject }) => SUBJECTS.includes(subject))
    .map(({ verdict, subject, text, advice }) => `${verdict} ${subject}: ${text} → ${advice}`);

describe('agent doctor on GitHub', () => {
  it('says which rights the token of the job has, and takes them for pushes too', async () => {
    await using s = await scene();
    const { code, found } = await s.doctor(inActions(s.github));
    expect(code).toBe(0);
    expect(found.find(({ subject }) => subject === 'rights')).toMatchObject({ verdict: 'good' });
    expect(aboutGitHub(found)).toEqual([
      'good github: acme/site answers → null',
      'good token: it may write contents, pull-requests, issues, checks, statuses, actions → null',
      'good branch rules: main takes pushes → null',
      expect.stringMatching(
        /^worth-knowing actions: whether workflows may open pull requests is told to administrators only → .*settings\/actions$/,
      ) as string,
    ]);
  });

  it('ends with 3 when the job may not deliver, and leads to the file and the page', async () => {
    const { contents: _none, ...rest } = ALL_PERMISSIONS;
    await using s = await scene({ tokens: { [TOKEN]: { permissions: rest } } });
    await s.github.repository().addRuleset({ id: 7, branches: ['main'] });
    const { code, found } = await s.doctor(inActions(s.github));
    expect(code).toBe(3);
    expect(found.find(({ subject }) => subject === 'rights')).toMatchObject({ verdict: 'worth-knowing' });
    const lines = aboutGitHub(found).join('\n');
    expect(lines).toContain(
      `add "contents: write" to the permissions of the workflow's job: ${s.github.server.origin}/acme/site/edit/main/.github/workflows/agents.yml`,
    );
    expect(lines).toContain(`${s.github.server.origin}/acme/site/settings/rules/7`);
  });

  it('looks on a laptop at what CI will meet, without calling the laptop unable', async () => {
    await using s = await scene({ tokens: { [TOKEN]: { kind: 'classic', login: 'mona', scopes: ['gist'] } } });
    await s.github.repository().protect('main');
    const { code, found } = await s.doctor({ GITHUB_API_URL: s.github.url, GITHUB_TOKEN: TOKEN });
    expect(code).toBe(0);
    const lines = aboutGitHub(found).join('\n');
    expect(lines).toContain('worth-knowing token: it has the scopes gist, none of which lets it write here');
    expect(lines).toContain(
      'worth-knowing branch rules: main asks for what only its administrators see → a refused push becomes a pull request',
    );
  });

  it('is quiet and quick without a token, without a network, and where there is no GitHub', async () => {
    await using s = await scene();
    const { GITHUB_TOKEN: _none, ...anonymous } = inActions(s.github);
    const without = await s.doctor(anonymous);
    expect(aboutGitHub(without.found)).toEqual([
      expect.stringMatching(/^worth-knowing github: not asked: no token for GitHub: give the step GITHUB_TOKEN/) as string,
    ]);
    expect(s.github.log).toEqual([]);
    expect(aboutGitHub((await s.doctor()).found)).toEqual([]);
    expect(aboutGitHub((await s.doctor(inActions(s.github), '--offline')).found)).toEqual([
      `worth-knowing github: ${s.github.server.origin}/acme/site was not asked (--offline) → null`,
    ]);
    s.github.down();
    const down = await s.doctor(inActions(s.github));
    expect(down.code).toBe(0);
    expect(aboutGitHub(down.found).join()).toMatch(/^worth-knowing github: GET .* could not be reached .* → agents work without it/);
  });

  it('names a token and a key that cannot be one, and shows neither', async () => {
    await using s = await scene();
    const wrong = await s.doctor({ ...inActions(s.github), GITHUB_TOKEN: 'two words-of-mine' });
    expect(wrong.code).toBe(3);
    expect(aboutGitHub(wrong.found)).toEqual([
      'bad github: no credentials that GitHub could take: the token for GitHub has blanks or characters in it that no token has: copy it again → set the token or the key of the App again',
    ]);
    const { GITHUB_TOKEN: _none, ...rest } = inActions(s.github);
    const app = { UPKEEP_APP_ID: '7', UPKEEP_APP_PRIVATE_KEY: 'words-of-mine', UPKEEP_APP_INSTALLATION_ID: '70' };
    const broken = await s.doctor({ ...rest, ...app });
    expect(aboutGitHub(broken.found).join()).toContain('the private key of the GitHub App cannot be read');
    expect(JSON.stringify([wrong, broken])).not.toContain('words-of-mine');
  });
});
