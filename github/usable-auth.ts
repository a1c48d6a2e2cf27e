/** Who asks GitHub. Looked at before anything is sent and without octokit: a wrong key is to be named, not taken for a fault of the network. */
import { createPrivateKey } from 'node:crypto';
import { GitHubError } from './github-error.ts';

/** Who asks. An App gets installation tokens, renewed before they expire. */
export type GitHubAuth =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly appId: string; readonly privateKey: string; readonly installationId: number };

/** The same without blanks around it, the key on lines of its own. Throws GitHubError for what cannot be a token or a key. */
export function usableAuth(auth: GitHubAuth): GitHubAuth {
  return auth.kind === 'token' ? { kind: 'token', token: tokenOf(auth.token) } : appOf(auth);
}

function tokenOf(text: string): string {
  const token = text.trim();
  if (token === '') throw new GitHubError('no-token', 'there is no token for GitHub: set GITHUB_TOKEN');
  // Node would name the whole header in its error.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new GitHubError('bad-credentials', 'the token for GitHub has blanks or characters in it that no token has: copy it again');
  }
  return token;
}

function appOf({ appId, privateKey, installationId }: Extract<GitHubAuth, { kind: 'app' }>): GitHubAuth {
  if (!/^[\w.-]+$/.test(appId))
    throw new GitHubError('bad-credentials', `the id of the GitHub App is a number or a client id, not ${JSON.stringify(appId)}`);
  if (!Number.isSafeInteger(installationId) || installationId < 1) {
    throw new GitHubError(
      'bad-credentials',
      `the installation of the GitHub App is a number, the last part of its settings page's address, not ${installationId}`,
    );
  }
  return { kind: 'app', appId, privateKey: pemOf(privateKey), installationId };
}

/** The key on lines of its own. Throws when it is none that can sign. */
function pemOf(text: string): string {
  const pem = text.trim().replaceAll('\\n', '\n').replaceAll('\r\n', '\n');
  const advice = 'expected the whole .pem file that GitHub gave, from -----BEGIN to -----END';
  let type: string | undefined;
  try {
    type = createPrivateKey(pem).asymmetricKeyType;
  } catch {
    throw new GitHubError('bad-credentials', `the private key of the GitHub App cannot be read: ${advice}`);
  }
  if (type !== 'rsa')
    throw new GitHubError('bad-credentials', `the private key of the GitHub App is of type ${type}, GitHub's are RSA: ${advice}`);
  return pem;
}
