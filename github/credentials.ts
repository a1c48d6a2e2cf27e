/** The options of octokit that make it ask as somebody. */
import { createAppAuth } from '@octokit/auth-app';
import { usableAuth, type GitHubAuth } from './usable-auth.ts';

/** Throws GitHubError for what cannot be a token or a key. */
export function credentialsOf(asked: GitHubAuth): Readonly<Record<string, unknown>> {
  const auth = usableAuth(asked);
  if (auth.kind === 'token') return { auth: auth.token };
  const { appId, privateKey, installationId } = auth;
  return { authStrategy: createAppAuth, auth: { appId, privateKey, installationId, log: { warn: () => undefined } } };
}
