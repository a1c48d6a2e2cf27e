/** Whether and as whom GitHub can be spoken to, from the environment and the remote's address. Asks nothing and loads no octokit. */
import { createHash } from 'node:crypto';
import type { GitHub, GitHubOptions } from '../../github/client.ts';
import { GitHubError } from '../../github/github-error.ts';
import { apiAddress, repositoryNameOf, splitRepository } from '../../github/repository-name.ts';
import type { RepositoryName } from '../../github/repository-name.ts';
import { tokenKindOf, type TokenKind } from '../../github/settings-pages.ts';
import { usableAuth, type GitHubAuth } from '../../github/usable-auth.ts';
import { createWaitBudget, type WaitBudget } from '../../github/wait-budget.ts';
import { JOB } from '../../scheduler/refused-escalations.ts';
import type { Environment } from '../environment.ts';

export type GitHubAccess =
  | {
      readonly kind: 'ready';
      readonly repository: RepositoryName;
      /** Address of the pages people look at, without a slash at its end. */
      readonly pages: string;
      readonly token: TokenKind;
      /** A short name of who asks, other for another token or key, from which nobody learns either; `job` for what a job was given. */
      readonly asker: string;
      /** Loads octokit and opens the door. */
      open(options?: OpenOptions): Promise<GitHub>;
    }
  | {
      readonly kind: 'none';
      readonly why: 'no-repository' | 'another-host' | 'no-token' | 'bad-credentials';
      /** One sentence: what is missing and what to do. */
      readonly reason: string;
    };

export type OpenOptions = Pick<GitHubOptions, 'signal' | 'onWait' | 'fetch' | 'timeoutMs' | 'patience'>;

export interface AccessRequest {
  readonly environment: Environment;
  /** Address of the remote, null when there is none. */
  readonly remoteUrl: string | null;
  readonly version: string;
  redact(text: string): string;
}

/** Who we are on which repository, or why nobody. */
export function githubAccess(request: AccessRequest): GitHubAccess {
  const { environment, remoteUrl } = request;
  const { variables, github } = environment;
  const server = github?.serverUrl ?? null;
  const host = hostOf(server ?? 'https://github.com');
  if (host === null) {
    const reason = `no address of GitHub's pages: GITHUB_SERVER_URL is ${JSON.stringify(server)}, expected an address such as https://github.com`;
    return { kind: 'none', why: 'no-repository', reason };
  }
  const named = github?.repository ?? null;
  const repository = named === null ? (remoteUrl === null ? null : repositoryNameOf(remoteUrl)) : splitRepository(named, host);
  if (repository === null)
    return { kind: 'none', why: 'no-repository', reason: 'no repository on GitHub: the remote has no address of the form owner/name' };
  const apiUrl = variables['GITHUB_API_URL'] || null;
  if (github === null && repository.host !== 'github.com' && !isAddressOn(apiUrl, repository.host)) {
    const reason = `no leave to send a token to ${repository.host}: if it is a GitHub, set GITHUB_API_URL=${apiAddress(repository.host)}`;
    return { kind: 'none', why: 'another-host', reason };
  }
  const given = authOf(variables);
  if (given === null) {
    return {
      kind: 'none',
      why: 'no-token',
      reason: 'no token for GitHub: give the step GITHUB_TOKEN (in Actions: `env: GITHUB_TOKEN: ${{ github.token }}`)',
    };
  }
  const auth = checked(given);
  if (auth instanceof GitHubError)
    return { kind: 'none', why: 'bad-credentials', reason: `no credentials that GitHub could take: ${auth.message}` };
  const baseUrl = apiUrl ?? apiAddress(repository.host);
  const token = auth.kind === 'app' ? 'app' : tokenKindOf(auth.token, github !== null && !variables['UPKEEP_GITHUB_TOKEN']);
  return {
    kind: 'ready',
    repository,
    pages: `${server ?? `https://${repository.host}`}/${repository.owner}/${repository.repo}`,
    token,
    asker: token === 'workflow' ? JOB : shortNameOf(auth),
    async open(options = {}) {
      const { openGitHub } = await import('../../github/client.ts');
      return openGitHub({
        repository,
        auth,
        baseUrl,
        version: request.version,
        redact: (text) => request.redact(text),
        waits: waitsOf(environment),
        ...options,
      });
    },
  };
}

/** All doors of a run wait out of one budget. */
const budgets = new WeakMap<Environment, WaitBudget>();

function waitsOf(environment: Environment): WaitBudget {
  const waits = budgets.get(environment) ?? createWaitBudget();
  budgets.set(environment, waits);
  return waits;
}

function shortNameOf(auth: GitHubAuth): string {
  return createHash('sha256')
    .update(`upkeep asks as ${JSON.stringify(auth)}`)
    .digest('hex')
    .slice(0, 8);
}

/** Null for what is no address of pages. */
function hostOf(server: string): string | null {
  return /^https?:\/\//i.test(server) && URL.canParse(server) ? new URL(server).host : null;
}

/** What cannot be a token or a key is found out here: nothing would come of asking with it. */
function checked(auth: GitHubAuth): GitHubAuth | GitHubError {
  try {
    return usableAuth(auth);
  } catch (error) {
    if (error instanceof GitHubError) return error;
    throw error;
  }
}

/** Tokens go where the environment says, never where only the address of a remote does. */
function isAddressOn(address: string | null, host: string): boolean {
  return address !== null && URL.canParse(address) && [host, `api.${host}`].includes(new URL(address).hostname);
}

/** A token that was named for us first, then the App, then the tokens that Actions and gh use. */
function authOf(variables: Environment['variables']): GitHubAuth | null {
  const own = variables['UPKEEP_GITHUB_TOKEN'];
  if (own) return { kind: 'token', token: own };
  const [appId, privateKey, installation] = ['ID', 'PRIVATE_KEY', 'INSTALLATION_ID'].map((name) => variables[`UPKEEP_APP_${name}`]);
  if (appId && privateKey && installation) {
    // Secrets are often kept on one line, with the line ends written out.
    return { kind: 'app', appId, privateKey: privateKey.replaceAll('\\n', '\n'), installationId: Number(installation) };
  }
  const token = variables['GITHUB_TOKEN'] || variables['GH_TOKEN'];
  return token ? { kind: 'token', token } : null;
}
