/** The secrets of webhooks, as the environment has them. */
import type { Variables } from '../environment.ts';
import { UsageError } from '../usage-error.ts';

/** A secret that can be guessed lets everybody in. */
const SHORTEST_SECRET = 16;
const NAMES = ['UPKEEP_WEBHOOK_SECRET', 'UPKEEP_WEBHOOK_SECRET_BEFORE'];

/** The secret, and the one before it while it is changed; empty when there is none. Throws UsageError for one that is too short. */
export function webhookSecrets(variables: Variables): readonly string[] {
  const secrets = NAMES.map((name) => {
    const secret = variables[name] ?? '';
    if (secret !== '' && secret.length < SHORTEST_SECRET) {
      throw new UsageError(
        `${name} has ${secret.length} characters: expected at least ${SHORTEST_SECRET}, such as \`openssl rand -hex 32\` makes`,
      );
    }
    return secret;
  });
  return secrets[0] === '' ? [] : secrets.filter((secret) => secret !== '');
}
