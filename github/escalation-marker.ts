/** The first two lines of an escalation's issue: which one it is, and what it says, for programs. Pure. */
import { createHash } from 'node:crypto';
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';
import type { EscalationKind } from '../ledger/state.ts';

/** Findings that a record names, the first of them. */
export const MOST_FAILS = 50;

/** There is one open issue for each. */
export interface EscalationName {
  readonly agent: AgentId;
  readonly branch: string;
  readonly kind: EscalationKind;
}

/** What the issue says, and who knew it. */
export interface EscalationRecord {
  /** Run that failed or healed, its attempt, and the sequence of the ledger that was known then. */
  readonly run: string;
  readonly attempt: number;
  readonly sequence: number;
  /** Digest and beginning (ISO time) of the failure; see ledger/failure.ts. */
  readonly digest: string;
  readonly since: string;
  /** Short names of what fails, to say what is new. */
  readonly fails: readonly string[];
  /** Why we closed it, or null. An issue that is closed all the same was closed by a person. */
  readonly ended: 'healed' | 'left' | null;
}

/** No branch that Git can hold is longer. */
const LONGEST_BRANCH = 12_288;
const MARKER = /^<!-- upkeep:v1:([a-z]+):([^:\s~]*):(code|operation) -->$/;
const RECORD = /^<!-- upkeep:record (\{.*\}) -->$/;

/** `<!-- upkeep:v1:<agent>:<branch>:<kind> -->`. */
export function escalationMarker({ agent, branch, kind }: EscalationName): string {
  return `<!-- upkeep:v1:${agent}:${encodeBranch(branch)}:${kind} -->`;
}

/** Whether the body belongs to the escalation. */
export function hasMarker(body: string, name: EscalationName): boolean {
  return lineOf(body, 0) === escalationMarker(name);
}

/** The escalation that the body belongs to, or null. */
export function readMarker(body: string): EscalationName | null {
  const match = MARKER.exec(lineOf(body, 0));
  const agent = AGENT_IDS.find((one) => one === match?.[1]);
  const branch = decodeBranch(match?.[2] ?? '');
  if (match === null || agent === undefined || branch === null) return null;
  return { agent, branch, kind: match[3] === 'code' ? 'code' : 'operation' };
}

/** The second line. */
export function recordLine(record: EscalationRecord): string {
  const json = JSON.stringify({ ...record, fails: record.fails.slice(0, MOST_FAILS) });
  return `<!-- upkeep:record ${json.replace(/[-<>\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)} -->`;
}

/** What the body says for programs, or null when it was edited away. */
export function readRecord(body: string): EscalationRecord | null {
  const match = RECORD.exec(lineOf(body, 1));
  try {
    const data: unknown = JSON.parse(match?.[1] ?? 'null');
    return isRecord(data) ? data : null;
  } catch {
    return null;
  }
}

/** The short name of a finding for `fails`. */
export function failName(fingerprint: string): string {
  return createHash('sha256').update(fingerprint).digest('hex').slice(0, 8);
}

/** Letters of no meaning to HTML stay, everything else becomes its bytes, so that nothing can end the comment. */
function encodeBranch(branch: string): string {
  let encoded = '';
  for (const character of branch) encoded += /[\w./]/.test(character) || isLoneDash(character, encoded) ? character : bytesOf(character);
  if (encoded.length <= LONGEST_BRANCH) return encoded;
  return `${encoded.slice(0, 200)}~${createHash('sha256').update(branch).digest('hex')}`;
}

function isLoneDash(character: string, before: string): boolean {
  return character === '-' && !before.endsWith('-');
}

function bytesOf(character: string): string {
  if (!character.isWellFormed()) return `%u${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function decodeBranch(encoded: string): string | null {
  try {
    return encoded.replace(/%u([0-9A-F]{4})|(?:%[0-9A-F]{2})+/g, (bytes, unit: string | undefined) =>
      unit === undefined ? decodeURIComponent(bytes) : String.fromCharCode(Number.parseInt(unit, 16)),
    );
  } catch {
    return null; // bytes that are no text
  }
}

/** GitHub's editor ends lines with `\r\n`. */
function lineOf(body: string, index: number): string {
  return body.split('\n', index + 1)[index]?.trimEnd() ?? '';
}

function isRecord(data: unknown): data is EscalationRecord {
  if (typeof data !== 'object' || data === null) return false;
  const { run, attempt, sequence, digest, since, fails, ended } = data as Readonly<Record<string, unknown>>;
  return (
    [run, digest, since].every((text) => typeof text === 'string') &&
    [attempt, sequence].every(Number.isSafeInteger) &&
    Array.isArray(fails) &&
    fails.every((fail) => typeof fail === 'string') &&
    (ended === null || ended === 'healed' || ended === 'left')
  );
}
