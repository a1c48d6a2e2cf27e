/** Text from repositories, tools and people, made harmless before GitHub shows it: it calls nobody, links nothing and ends no block. Pure. */

/** Escape sequences of terminals: CSI, OSC and other strings up to their end, two-character ones. */
const ESCAPE_SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/** Control characters besides tab and line feed, and those that reorder or hide what is read. */
const HIDDEN =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Stands between two characters so that GitHub does not read them as one thing; nobody sees it. */
const JOINER = '\u2060';

/** Several lines without anything that is not to be seen. */
export function visibleText(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, '').replace(/\r\n?/g, '\n').replace(HIDDEN, visibleForm);
}

/** One line of at most `limit` characters. */
export function visibleLine(text: string, limit: number): string {
  // Only so much is looked at, however long it is: an escape sequence or blanks in it may be dropped.
  const start = text.slice(0, limit * 4);
  const line = visibleText(start)
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
  return cut(line, limit);
}

/** At most `limit` characters, the last one `…` where something was left out; never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.slice(0, Math.max(0, limit - 1));
  return `${/[\uD800-\uDBFF]$/.test(end) ? end.slice(0, -1) : end}…`;
}

/** A line that Markdown and HTML show as it is, in tables too: no mention, no reference to an issue, no link, no markup. */
export function markdownLine(text: string, limit: number): string {
  return withoutLinks(visibleLine(text, limit).replace(/[\\`*_{}[\]()!|~$>+-]/g, '\\$&'))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('@', `@${JOINER}`)
    .replaceAll('#', `\\#${JOINER}`)
    .replace(/(?<![a-z])gh(?=\\-)/gi, `$&${JOINER}`)
    .replace(/^(\d+)(?=\.)/, '$1\\');
}

/** The same text without an address that GitHub would make a link of; it takes one that follows a digit or `_` as well. */
export function withoutLinks(text: string): string {
  return text.replace(/(?<![a-z])(?:https?|ftp|www|mailto|xmpp)(?=[:.])/gi, `$&${JOINER}`);
}

/** A line as code: nothing in it is read by GitHub. A table needs its `|` escaped besides: `cell`. */
export function codeSpan(text: string, limit: number): string {
  const line = visibleLine(text, limit);
  if (line === '') return '';
  const ticks = '`'.repeat(longestRun(line) + 1);
  const pad = /^`|`$/.test(line) ? ' ' : '';
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** What stands in a cell of a table, made by `codeSpan`. */
export function cell(code: string): string {
  return code.replaceAll('|', '\\|');
}

/** A block of code that nothing in `text` can end. `language` is ours. */
export function codeBlock(text: string, language: string): string {
  // Whoever looks for our marker in a body finds the one on its first line only.
  const lines = visibleText(text).replaceAll('<!--', `<!${JOINER}--`).replace(/`{30}/g, `$&${JOINER}`).replace(/\n+$/, '');
  const ticks = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${ticks}${language}\n${lines}\n${ticks}`;
}

/** The target of a Markdown link: parts of a path below an address of ours, each encoded. */
export function linkTarget(base: string, ...parts: readonly string[]): string {
  const encoded = parts.map((part) => part.split('/').map(encodePart).join('/'));
  return [base.replace(/\/+$/, ''), ...encoded].join('/');
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

function visibleForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
