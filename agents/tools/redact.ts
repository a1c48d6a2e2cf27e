/** Takes secrets out of text, by value and by pattern. */
import { secretForms } from './secret-forms.ts';
import { AFTER_WORDS, TOKEN, URL_CREDENTIALS } from './secret-patterns.ts';

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const LONGEST_KEY = 32_768;

/** Makes a function that replaces every form of `values` and every known token by `[redacted]`. */
export function createRedactor(values: readonly string[]): (text: string) => string {
  const forms = secretForms(values);
  // The longest first, so that a form is not cut short by one that it contains.
  forms.sort((a, b) => b.length - a.length);
  const byValue = forms.length === 0 ? null : new RegExp(forms.map(escapeRegExp).join('|'), 'g');
  return (text) => redactPatterns(byValue === null ? text : text.replace(byValue, REDACTED));
}

function redactPatterns(text: string): string {
  let clean = redactKeys(text).replace(TOKEN, REDACTED);
  for (const pattern of AFTER_WORDS) clean = clean.replace(pattern, `$1${REDACTED}`);
  return clean.replace(URL_CREDENTIALS, `$1${REDACTED}@`);
}

/** Private key blocks; one without an end near it is cut off where its base64 stops. A scan instead of a pattern, to stay linear. */
function redactKeys(text: string): string {
  if (!text.includes('-----BEGIN ')) return text;
  const ends = [...text.matchAll(KEY_END)].map((match) => match.index + match[0].length);
  let clean = '';
  let from = 0;
  let next = 0;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < from) continue;
    while (next < ends.length && (ends[next] ?? 0) < begin.index) next += 1;
    const end = ends[next] ?? Number.POSITIVE_INFINITY;
    clean += text.slice(from, begin.index) + REDACTED;
    from = end - begin.index <= LONGEST_KEY ? end : endOfKeyText(text, begin.index + begin[0].length);
  }
  return clean + text.slice(from);
}

/** Where the base64 behind a key's first line stops, when its last line is missing. */
function endOfKeyText(text: string, from: number): number {
  const body = /(?:[A-Za-z0-9+/=\s]|\\[nr])*/y;
  body.lastIndex = from;
  return from + (body.exec(text)?.[0].length ?? 0);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
