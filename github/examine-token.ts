/** What the token of the agents may, in the order in which agents need it. */
import type { GitHub } from './client.ts';
import { bad, good, worthKnowing, type Examined, type ExamineRequest, type Place, type RepositoryData } from './examined.ts';
import { askPermissions, type PermissionAnswer, type PermissionName } from './permissions.ts';
import { settingsPages, type TokenKind } from './settings-pages.ts';

interface Known {
  readonly data: RepositoryData;
  readonly scopes: string;
  readonly place: Place;
}

/** `scopes`: those that GitHub names with every answer to a classic token; null for other tokens, which are asked one by one. */
export async function examineToken(
  github: GitHub,
  request: ExamineRequest,
  { data, scopes, place }: Pick<Known, 'data' | 'place'> & { readonly scopes: string | null },
): Promise<Examined[]> {
  return scopes === null ? limitedToken(github, request, place) : classicToken({ data, scopes, place }, request);
}

/** A classic token tells its scopes; beyond them it may what its person may. */
function classicToken({ data, scopes, place }: Known, { tokenDelivers }: ExamineRequest): Examined[] {
  const unable = tokenDelivers === 'other' ? worthKnowing : bad;
  const has = scopes.split(',').map((scope) => scope.trim());
  const page = settingsPages.token(place, 'classic', null);
  if (!has.includes('repo') && !(has.includes('public_repo') && !data.private)) {
    return [
      unable(
        'token',
        `it has the scopes ${scopes === '' ? '(none)' : scopes}, none of which lets it write here`,
        'give it the scope repo',
        page,
      ),
    ];
  }
  if (data.permissions?.push !== true) {
    const advice = 'ask for the role Write, or use the token of somebody who has it';
    return [unable('token', 'its person may not write to this repository', advice, settingsPages.access(place))];
  }
  return [good('token', `it belongs to a person who may write (scopes ${scopes}); check runs take the token of a workflow or an App`)];
}

interface Need {
  readonly name: PermissionName;
  /** To follow "agents cannot". */
  readonly without: string;
  readonly isNeeded: boolean;
}

/** What agents do with each right, in the order in which they need it. */
function needsOf({ tokenDelivers, checks }: ExamineRequest): Need[] {
  return [
    { name: 'contents', without: 'push commits', isNeeded: tokenDelivers !== 'other' },
    { name: 'pull-requests', without: 'propose what they may not push', isNeeded: tokenDelivers === 'pull-request' },
    { name: 'issues', without: 'ask for help when they fail', isNeeded: false },
    ...(checks === 'check-runs'
      ? [{ name: 'checks' as const, without: 'show results beside commits as check runs', isNeeded: false }]
      : []),
    ...(checks === 'none' ? [] : [{ name: 'statuses' as const, without: 'show results beside commits as statuses', isNeeded: false }]),
    { name: 'actions', without: 'start workflows on their commits', isNeeded: false },
  ];
}

async function limitedToken(github: GitHub, request: ExamineRequest, place: Place): Promise<Examined[]> {
  const needs = needsOf(request);
  const answers = await askPermissions(
    github,
    needs.map(({ name }) => name),
    place.branch,
  );
  const named = (wanted: PermissionAnswer['answer']): string[] => answers.filter(({ answer }) => answer === wanted).map(({ name }) => name);
  const granted = named('granted');
  const unknown = named('unknown');
  const page = settingsPages.token(place, request.token, request.workflow);
  const missing = needs.filter(({ name }) => named('missing').includes(name) && !(name === 'statuses' && granted.includes('checks')));
  return [
    ...(granted.length > 0 ? [good('token', `it may write ${granted.join(', ')}`)] : []),
    ...missing.map(({ name, without, isNeeded }) =>
      (isNeeded ? bad : worthKnowing)(
        'token',
        `it lacks ${name}: write, so agents cannot ${without}`,
        grantAdvice(request.token, name),
        page,
      ),
    ),
    ...(named('switched-off').length > 0 ? [mayNotPropose(request, place)] : []),
    ...(unknown.length > 0 ? [worthKnowing('token', `GitHub did not say whether it may write ${unknown.join(', ')}`, null)] : []),
  ];
}

function grantAdvice(kind: TokenKind, name: PermissionName): string {
  switch (kind) {
    case 'workflow':
      return `add "${name}: write" to the permissions of the workflow's job`;
    case 'app':
      return `give the App the repository permission "${name}: write" and accept it for this installation`;
    default:
      return `give the token the repository permission "${name}: write"`;
  }
}

/** A setting of the repository that stops every workflow. */
export function mayNotPropose({ delivery }: ExamineRequest, place: Place): Examined {
  const text = 'workflows may not open pull requests';
  const advice = 'turn on "Allow GitHub Actions to create and approve pull requests"';
  return (delivery === 'pull-request' ? bad : worthKnowing)('actions', text, advice, settingsPages.actions(place));
}
