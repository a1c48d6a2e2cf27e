/** Whether a webhook is GitHub's: its signature by one of the secrets, the new and, while they are changed, the old. */
import { Webhooks } from '@octokit/webhooks';

/** Checks `x-hub-signature-256` of a body. Takes the same time whatever differs. */
export type Verify = (body: string, signature: string) => Promise<boolean>;

/** Throws TypeError without a secret: everything would be let in. */
export function verifier(secrets: readonly string[]): Verify {
  if (secrets.length === 0 || secrets.includes('')) throw new TypeError('a webhook needs a secret');
  const keys = secrets.map((secret) => new Webhooks({ secret }));
  return async (body, signature) => {
    // Everything that throws on an empty text is no signature.
    if (body === '' || signature === '') return false;
    const answers = await Promise.all(keys.map((key) => key.verify(body, signature)));
    return answers.includes(true);
  };
}
