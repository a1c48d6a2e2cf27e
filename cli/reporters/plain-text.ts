/** Text from repositories, tools and branch names, made harmless before a terminal or a CI log shows it. */

/** Escape sequences: CSI, OSC and other strings up to their end, two-character ones. */

const ESCAPE_SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;
/** Control characters besides tab and line feed, and those that reorder or hide what is read. */

const CONTROL =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Of these, those that no terminal obeys and every reader may be misled by. */
const MISLEADING = /[\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** What reorders or hides what is read, as `\u{202e}`. */
export function visibleDirections(text: string): string {
  return text.replace(MISLEADING, visibleForm);
}

/** Several lines: no escape sequences, control characters as `\x07`, no line that GitHub takes for a workflow command. */
export function plainText(text: string): string {
  const visible = text.replace(ESCAPE_SEQUENCE, '').replace(/\r\n?/g, '\n').replace(CONTROL, visibleForm);
  // The runner takes `::` at the start of a line and `##[` anywhere for a command.
  return visible.replace(/^(\s*)::/gm, '$1:\u00a0:').replaceAll('##[', '#\u00a0#[');
}

/** One line: as plainText, and line feeds and tabs are visible too. */
export function plainLine(text: string): string {
  return plainText(text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').replace(/\n/g, ' ⏎ ').replace(/\t/g, ' '));
}

/** A path as one line; quoted when it begins or ends with a blank. */
export function plainPath(path: string): string {
  const escaped = path
    .replace(/[\n\r\t]/g, visibleForm)
    .replace(ESCAPE_SEQUENCE, (all) => all.replace(CONTROL, visibleForm))
    .replace(CONTROL, visibleForm);
  const harmless = escaped.replaceAll('##[', '#\u00a0#[');
  return /^\s|\s$|^::/.test(harmless) ? `"${harmless}"` : harmless;
}

function visibleForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
