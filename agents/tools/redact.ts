/** Takes secrets out of text, by value and by pattern. */

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Values shorter than this would blot out ordinary words. */
const SHORTEST_VALUE = 6;

/**
 * Shapes of secrets that are known whatever their value. Each begins with a literal and has only bounded or
 * non-overlapping repetitions, so the time is linear in the text.
 */
const PATTERNS: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{20,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}/g,
  /\bglpat-[A-Za-z0-9_-]{20,255}/g,
  /\bnpm_[A-Za-z0-9]{36,255}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /\bsk-(?:ant|proj)-[A-Za-z0-9_-]{20,255}/g,
  /\bsk-[A-Za-z0-9]{40,255}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,16384}\.[A-Za-z0-9_-]{0,4096}/g,
];

/** The value behind `Authorization:`, whatever its scheme; ends at a quote or at the end of the line. */
const AUTHORIZATION =
  /(authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)(?:(?:basic|bearer|token|digest|negotiate)[ \t]{1,8})?[^\s"'\\,;]{1,16384}/gi;

/** `user:password@` and `token@` of a URL. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#@"'`<>\\]{1,1024}@/gi;

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const LONGEST_KEY = 32_768;

/** Makes a function that replaces every form of `values` and every known token by `[redacted]`. */
export function createRedactor(values: readonly string[]): (text: string) => string {
  const forms = [...new Set(values.filter((value) => value.length >= SHORTEST_VALUE).flatMap(formsOf))];
  // The longest first, so that a form is not cut short by one that it contains.
  forms.sort((a, b) => b.length - a.length);
  const byValue = forms.length === 0 ? null : new RegExp(forms.map(escapeRegExp).join('|'), 'g');
  return (text) => redactPatterns(byValue === null ? text : text.replace(byValue, REDACTED));
}

function redactPatterns(text: string): string {
  let clean = redactKeys(text);
  for (const pattern of PATTERNS) clean = clean.replace(pattern, REDACTED);
  clean = clean.replace(AUTHORIZATION, `$1${REDACTED}`);
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

/** The ways a value may be written down. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [value, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(wellFormed(value)), urlForm(value), ...base64Forms(value)];
}

function urlForm(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}

function wellFormed(value: string): string {
  return value.replace(/[\uD800-\uDFFF]/gu, '\uFFFD');
}

/** Base64 of the value at each of the three places it can have within other text, without the characters that mix with its neighbours. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const encoded = padded.toString('base64').replace(/=+$/, '');
    // Characters that hold bits of the bytes before, and the last one when it holds bits of the bytes behind.
    const start = Math.ceil((offset * 8) / 6);
    const whole = Math.floor((padded.length * 8) / 6);
    const form = encoded.slice(start, whole);
    if (form.length >= SHORTEST_VALUE) forms.push(form, form.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
