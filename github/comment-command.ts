/** Commands in comments, `/agent pause docs for 2h broken upstream`: from text to data. Pure. */
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';

/** What can be asked for in a comment. */
export const COMMENT_VERBS = ['retry', 'pause', 'resume', 'why', 'help'] as const;
export type CommentVerb = (typeof COMMENT_VERBS)[number];

/** One line of a comment that speaks to us. */
export type CommentCommand =
  | {
      readonly verb: Exclude<CommentVerb, 'help'>;
      /** Null when none is named. */
      readonly agent: AgentId | null;
      /** Length of a pause as it was written, `2h`; null: until somebody ends it. */
      readonly length: string | null;
      /** Why, in the author's words, or null. */
      readonly reason: string | null;
    }
  | { readonly verb: 'help' }
  /** A first word that is no command. */
  | { readonly verb: 'unknown'; readonly word: string }
  /** A second word that is no agent. */
  | { readonly verb: 'unknown-agent'; readonly asked: CommentVerb; readonly name: string }
  /** A pause `for` something that is no length. */
  | { readonly verb: 'unknown-length'; readonly text: string };

/** More lines of one comment are not looked at. */
const MOST_COMMANDS = 5;
const LONGEST_LINE = 500;
const LONGEST_REASON = 200;
const LONGEST_WORD = 40;

/** Units of a length; their first letter tells them apart. */
const UNIT = '(?:m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)(?![\\p{L}\\d])';
/** `for 2h`, `for 30 minutes:`, `for a day,` before the reason of a pause. */
const LENGTH = new RegExp(`^for\\s+([1-9]\\d{0,3}|an?(?=\\s))\\s*(${UNIT})(?=$|[\\s:,;.–—-])[\\s:,;.–—-]*`, 'iu');
/** `2 hours and 30 minutes`: more than one length, of which the first must not be taken for all. */
const MORE = new RegExp(`^(?:(?:and|plus|&|\\+)\\s*)?\\d+(?:[.,]\\d+)?\\s*${UNIT}`, 'iu');

/**
 * The commands with which a comment begins: lines that start with `/agent`, up to the first that does not.
 * So nothing in a quote, in a block of code or in the middle of a text is ever taken for one.
 */
export function parseCommands(body: string): CommentCommand[] {
  const commands: CommentCommand[] = [];
  for (const line of body.split(/\r\n?|[\n\u2028\u2029]/)) {
    if (commands.length === 0 && line.trim() === '') continue;
    if (!/^ {0,3}\/agent(?:\s|$)/.test(line) || commands.length === MOST_COMMANDS) break;
    commands.push(parseCommand(line.slice(0, LONGEST_LINE).trim().slice('/agent'.length).trim()));
  }
  return commands;
}

function parseCommand(text: string): CommentCommand {
  const [word = '', second, rest] = splitWords(text);
  const verb = COMMENT_VERBS.find((one) => one === word.toLowerCase());
  if (word === '' || verb === 'help') return { verb: 'help' };
  if (verb === undefined) return { verb: 'unknown', word: word.slice(0, LONGEST_WORD) };
  if (second === undefined) return { verb, agent: null, length: null, reason: null };
  const agent = AGENT_IDS.find((one) => one === second.toLowerCase());
  if (verb === 'pause' && (agent !== undefined || second.toLowerCase() === 'for')) {
    return parsePause(agent ?? null, agent === undefined ? `for ${rest ?? ''}` : (rest ?? ''));
  }
  if (agent === undefined) return { verb: 'unknown-agent', asked: verb, name: second.slice(0, LONGEST_WORD) };
  return { verb, agent, length: null, reason: reasonOf(rest ?? '') };
}

/** What begins with `for` is a length, or nothing is done: a pause that should end must not last. */
function parsePause(agent: AgentId | null, text: string): CommentCommand {
  if (!/^for(?:\s|$)/i.test(text)) return { verb: 'pause', agent, length: null, reason: reasonOf(text) };
  const [whole = '', amount = '', unit = ''] = LENGTH.exec(text) ?? [];
  const rest = text.slice(whole.length);
  if (whole === '' || MORE.test(rest)) return { verb: 'unknown-length', text: text.slice('for'.length).trim().slice(0, LONGEST_WORD) };
  const length = `${/^a/i.test(amount) ? '1' : amount}${unit.charAt(0).toLowerCase()}`;
  return { verb: 'pause', agent, length, reason: reasonOf(rest) };
}

function reasonOf(text: string): string | null {
  const reason = text.slice(0, LONGEST_REASON).trim();
  return reason === '' ? null : reason;
}

/** The first word, the second and what follows them. */
function splitWords(text: string): [string | undefined, string | undefined, string | undefined] {
  const [, first, second, rest] = /^(\S+)(?:\s+(\S+)(?:\s+(.*))?)?$/.exec(text) ?? [];
  return [first, second, rest];
}
