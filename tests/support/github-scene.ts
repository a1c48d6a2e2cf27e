/**
 * A repository on the GitHub double and runners that come and go like those of Actions: each run is a fresh shallow clone with the
 * environment and the event that GitHub gives, and is thrown away afterwards.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryAt, temporaryFolder } from './git-repository.ts';
import { agent, type CommandEnd } from './run-agent-command.ts';
import { TOKEN, startGitHub, type FakeGitHub, type FakeGitHubOptions } from './github/start-github.ts';

export interface RunnerOptions {
  readonly event?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly branch?: string;
  /** Null: the step was given none. */
  readonly token?: string | null;
  /** A commit that is checked out instead of the branch's end: a runner that was asked earlier. */
  readonly at?: string;
}

export interface GitHubScene extends AsyncDisposable {
  readonly github: FakeGitHub;
  /** One job of the workflow from beginning to end. */
  runner(options?: RunnerOptions): Promise<CommandEnd>;
  /** A person makes the smoke check say this from now on: text in it is an error, none is green. */
  say(words: string): Promise<string>;
}

/** One agent with one check: red when `smoke.txt` has words but "hang", which are its findings. */
const filesWith = (checks: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
  'agent.config.json': JSON.stringify({
    agents: Object.fromEntries(['architecture', 'frontend', 'devops', 'qa', 'docs'].map((id) => [id, { enabled: false }])),
    checks: { prettier: { enabled: false }, eslint: { enabled: false }, 'type-check': { enabled: false } },
    scheduler: { retry: { limit: 0 } },
    customChecks: {
      smoke: {
        agent: 'backend',
        run: ['node', 'smoke.mjs'],
        paths: ['smoke.*'],
        findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+): (?<message>.*)$', severity: 'error' },
      },
      ...checks,
    },
  }),
  'smoke.mjs': `import { readFileSync } from 'node:fs';
const lines = readFileSync('smoke.txt', 'utf8').split('\\n');
lines.forEach((line, index) => line === '' || line === 'hang' || console.log(\`smoke.txt:\${index + 1}: \${line}\`));
`,
  'smoke.txt': '',
});

/** Starts the double with the repository in it. */
export async function githubScene(
  options: FakeGitHubOptions & { files?: Readonly<Record<string, string>>; checks?: Readonly<Record<string, unknown>> } = {},
): Promise<GitHubScene> {
  const { files = {}, checks = {}, ...rest } = options;
  const github = await startGitHub({ repositories: { 'acme/site': { files: { ...filesWith(checks), ...files } } }, ...rest });
  const repository = github.repository();
  let runs = 1000;
  return {
    github,
    say: (words) => repository.commit({ 'smoke.txt': words }, { message: `test: say ${JSON.stringify(words)}` }),
    runner: async (asked = {}) => {
      const { path: folder } = await temporaryFolder();
      const { event = 'workflow_dispatch', branch = repository.settings.defaultBranch, token = TOKEN } = asked;
      const clone = repositoryAt(join(folder, 'work'));
      try {
        await repositoryAt(folder).git('clone', '-q', '--depth', '1', '--branch', branch, repository.remote, 'work');
        if (asked.at !== undefined) {
          await clone.git('fetch', '-q', '--depth', '1', 'origin', asked.at);
          await clone.git('checkout', '-q', '-B', branch, asked.at);
        }
        const eventPath = join(folder, 'event.json');
        const about = { full_name: `${repository.owner}/${repository.name}`, default_branch: repository.settings.defaultBranch };
        await writeFile(eventPath, JSON.stringify({ repository: about, ...asked.payload }));
        runs += 1;
        return await agent(clone.path, ['run', '--ci', ...(asked.args ?? [])], {
          CI: 'true',
          GITHUB_ACTIONS: 'true',
          GITHUB_API_URL: github.url,
          GITHUB_SERVER_URL: github.server.origin,
          GITHUB_REPOSITORY: about.full_name,
          GITHUB_EVENT_NAME: event,
          GITHUB_EVENT_PATH: eventPath,
          GITHUB_REF: `refs/heads/${branch}`,
          GITHUB_REF_NAME: branch,
          GITHUB_REF_TYPE: 'branch',
          GITHUB_SHA: await clone.head(),
          GITHUB_RUN_ID: String(runs),
          GITHUB_RUN_ATTEMPT: '1',
          GITHUB_ACTOR: 'octocat',
          ...(token === null ? {} : { GITHUB_TOKEN: token }),
          ...asked.env,
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}
