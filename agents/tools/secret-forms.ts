/** The ways in which a known secret may be written down. */

/** Values shorter than this would blot out ordinary words. */
const SHORTEST_VALUE = 6;
/** A line of a secret that has several is one by itself from this length on: shorter ones are ordinary text too. */
const SHORTEST_LINE = 16;
/** Columns at which programs break base64: openssl and PEM, base64 and MIME. */
const BASE64_WIDTHS = [64, 76];

/** All forms of the values: as they are, line by line, in JSON, HTML and URLs, in base64. */
export function secretForms(values: readonly string[]): string[] {
  const known = values.flatMap((value) => [value, value.trim()]).filter((value) => value.length >= SHORTEST_VALUE);
  const forms = known.flatMap((value) => [...formsOf(value), ...linesOf(value).flatMap((line) => [line, jsonForm(line)])]);
  return [...new Set(forms)];
}

function formsOf(value: string): string[] {
  const json = jsonForm(value);
  const url = [encodeURIComponent(wellFormed(value)), new URLSearchParams([['', value]]).toString().slice(1)];
  return [value, json, jsonForm(json), htmlForm(value), ...url, ...url.map(lowerHex), ...base64Forms(value)];
}

/** Programs print a key line by line, with something before each. What every key of its kind has is no secret. */
function linesOf(value: string): string[] {
  // Line ends may be written out: keys are kept on one line in settings.
  const lines = value.split(/\r?\n|\r|\\n/);
  if (lines.length === 1) return [];
  return lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'));
}

function jsonForm(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function htmlForm(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function lowerHex(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
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
    if (form.length < SHORTEST_VALUE) continue;
    forms.push(form, form.replaceAll('+', '-').replaceAll('/', '_'));
    if (offset === 0) for (const width of BASE64_WIDTHS) forms.push(...brokenInto(form, width));
  }
  return forms;
}

/** The lines of a text that is broken at `width` columns. */
function brokenInto(text: string, width: number): string[] {
  if (text.length <= width) return [];
  const lines = Array.from({ length: Math.ceil(text.length / width) }, (_, index) => text.slice(index * width, (index + 1) * width));
  return lines.filter((line) => line.length >= SHORTEST_LINE);
}
