/** A repository with three faults on the GitHub double, and jobs on machines that come and go. */
import type { TestRepository } from './git-repository.ts';
import { repositoryAt, temporaryFolder } from './git-repository.ts';
import { startGitHub, TOKEN } from './github/start-github.ts';
import type { FakeGitHub, FakeGitHubOptions } from './github/start-github.ts';
import { runJson } from './run-agent-command.ts';
import { threeAgentsFiles } from './three-agents.ts';

export type Repository = ReturnType<FakeGitHub['repository']>;
type Ended = Awaited<ReturnType<typeof runJson>>;

export interface FaultyRepository extends AsyncDisposable {
  readonly double: FakeGitHub;
  readonly repository: Repository;
  /** A job on a machine of its own: a fresh shallow clone of main, thrown away afterwards. */
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** Starts the double; `files` are added to those with faults, or replace them. */
export async function faultyOnGitHub(
  options: FakeGitHubOptions & { files?: Readonly<Record<string, string>> } = {},
): Promise<FaultyRepository> {
  const { files = {}, ...rest } = options;
  const double = await startGitHub({ repositories: { 'acme/site': { files: { ...threeAgentsFiles(), ...files } } }, ...rest });
  const repository = double.repository();
  return {
    double,
    repository,
    run: async (args = ['--delivery', 'push'], env = {}) => {
      await using folder = await temporaryFolder();
      const header = double.server.header(TOKEN);
      await repositoryAt(folder.path).git('-c', `http.extraHeader=${header}`, 'clone', '-q', '--depth', '1', repository.remote, 'work');
      const clone: TestRepository = repositoryAt(`${folder.path}/work`);
      await clone.git('config', 'http.extraHeader', header);
      return await runJson(clone.path, ['--trigger', 'schedule', ...args], { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: double.url, ...env });
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}
