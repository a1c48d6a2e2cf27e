const CREDENTIALS_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/'"@]+(?::[^\s/'"]*)?@/gi;
const AUTHORIZATION_HEADER = /(authorization:\s*(?:basic|bearer|token)?\s*)[^\s'"]+/gi;

/** The text with `user:password@` taken out of every URL in it, and the value out of every Authorization header. */
export function redactUrls(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, '$1').replace(AUTHORIZATION_HEADER, '$1***');
}
