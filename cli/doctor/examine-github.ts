/** What on GitHub could keep agents from delivering, proposing and speaking up. Asks it, changes nothing there. */
import { createRedactor } from '../../agents/tools/redact.ts';
import { remoteUrl } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import type { DeliveryWay, Examined, ExamineRequest } from '../../github/examined.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import type { LoadedConfig } from '../config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Environment } from '../environment.ts';
import { githubAccess, type GitHubAccess } from '../github/github-access.ts';
import { loadSettings } from '../run/load-settings.ts';
import { secretValues } from '../run/secret-values.ts';
import { bad, worthKnowing, type Diagnosis } from './diagnosis.ts';

/** One question is not waited for longer, nor all of them together. */
const PATIENCE_MS = 5_000;
const PATIENCE_FOR_ALL_MS = 15_000;

/** Nothing where the remote is on no GitHub; one line where nobody can be asked. */
export async function examineOnGitHub(
  repository: Repository,
  context: CommandContext,
  { remote, offline }: { readonly remote: string; readonly offline: boolean },
): Promise<Diagnosis[]> {
  const { environment, version } = context;
  const { variables, github } = environment;
  const redact = createRedactor(secretValues(variables));
  const access = githubAccess({ environment, remoteUrl: await remoteUrl(repository, remote), version, redact });
  if (access.kind === 'none') {
    if (access.why === 'bad-credentials') return [bad('github', access.reason, 'set the token or the key of the App again')];
    const isGitHubs = access.why === 'no-token' || (access.why === 'another-host' && hasToken(variables));
    return isGitHubs ? [worthKnowing('github', `not asked: ${access.reason}`)] : [];
  }
  if (offline) return [worthKnowing('github', `${access.pages} was not asked (--offline)`)];
  const [inCi, here] = await Promise.all([settingsOf(repository, context, true), settingsOf(repository, context, github !== null)]);
  // A configuration that cannot be read is spoken of elsewhere.
  if (inCi === null || here === null) return [];
  const { GitHubError } = await import('../../github/github-error.ts');
  try {
    const examined = await examine(access, {
      pages: access.pages,
      token: access.token,
      workflow: workflowOf(variables['GITHUB_WORKFLOW_REF']),
      branch: inCi.delivery.branch ?? null,
      delivery: wayOf(inCi.delivery.mode),
      tokenDelivers: wayOf(here.delivery.mode),
      automerges: inCi.delivery.automerge !== null,
      checks: inCi.github.checks,
    });
    return examined.map(diagnosisOf);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [bad('github', error.message, 'set the token or the key of the App again')];
  }
}

async function examine(access: Extract<GitHubAccess, { kind: 'ready' }>, request: ExamineRequest): Promise<Examined[]> {
  const { examineGitHub } = await import('../../github/examine.ts');
  const signal = AbortSignal.timeout(PATIENCE_FOR_ALL_MS);
  return examineGitHub(await access.open({ signal, timeoutMs: PATIENCE_MS, patience: { retries: 0, throttle: false } }), request);
}

function hasToken(variables: Environment['variables']): boolean {
  return ['UPKEEP_GITHUB_TOKEN', 'UPKEEP_APP_ID', 'GITHUB_TOKEN', 'GH_TOKEN'].some((name) => variables[name]);
}

async function settingsOf(repository: Repository, context: CommandContext, ci: boolean): Promise<LoadedConfig['config'] | null> {
  const { environment, version } = context;
  if (repository.head === null) return null;
  try {
    return (await loadSettings({ repository, base: repository.head, flags: {}, environment, ci, version })).loaded.config;
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function wayOf(mode: DeliveryMode): DeliveryWay {
  return mode === 'push' || mode === 'pull-request' ? mode : 'other';
}

/** The file that `acme/site/.github/workflows/agents.yml@refs/heads/main` names, or null. */
function workflowOf(ref: string | undefined): string | null {
  return /^[^/]+\/[^/]+\/(\.github\/workflows\/[\w.-]+)@/.exec(ref ?? '')?.[1] ?? null;
}

function diagnosisOf({ subject, verdict, text, advice, page }: Examined): Diagnosis {
  const where = advice === null || page === null ? advice : `${advice}: ${page}`;
  return { subject, verdict, text, advice: where };
}
