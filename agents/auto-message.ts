/** The message of an automatic commit: made here, and read back here. */
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';

/** What a commit of an agent says about itself. */
export interface AutoCommit {
  readonly agent: AgentId;
  /** As in subjects: `Backend`. */
  readonly title: string;
  readonly runId: string;
  /** The commit that the run started from. */
  readonly base: string;
  /** How many findings are gone. */
  readonly fixed: number;
  /** Repository-relative paths. */
  readonly files: readonly string[];
}

/** The trailers that make a commit an automatic one. Also the patterns of the shell guard in commit-hooks.ts, so no lookaheads. */
export const TRAILER_PATTERNS = {
  Agent: `(${AGENT_IDS.join('|')})`,
  'Agent-Run': '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  'Agent-Base': '([0-9a-f]{40}|[0-9a-f]{64})',
} as const;

/** Headers that claim to be automatic. */
export const AUTO_HEADER = '^[aA][uU][tT][oO](\\([^)]*\\))?!?:';

/** `auto: Backend – fix 12 problems in 4 files`: at most 100 characters, as commitlint's conventional configuration wants. */
export function autoSubject({ title, fixed, files }: Pick<AutoCommit, 'title' | 'fixed' | 'files'>): string {
  const where = plural(files.length, 'file');
  const what = fixed > 0 ? `fix ${plural(fixed, 'problem')} in ${where}` : `update ${where}`;
  return `auto: ${title} – ${what}`;
}

/** Subject and whole message, ended by a line feed. */
export function autoMessage(commit: AutoCommit): { readonly subject: string; readonly message: string } {
  const subject = autoSubject(commit);
  const trailers = [`Agent: ${commit.agent}`, `Agent-Run: ${commit.runId}`, `Agent-Base: ${commit.base}`];
  // Broken before column 72: some rules allow a body no more.
  const body = `Made by Upkeep. Take it back with\n\`agent undo ${commit.runId}\`.`;
  return { subject, message: `${subject}\n\n${body}\n\n${trailers.join('\n')}\n` };
}

/** Whether the first line claims to be an automatic commit. */
export function claimsToBeAuto(message: string): boolean {
  return new RegExp(AUTO_HEADER).test(message);
}

/** What the trailers say, or null when one is missing, doubled or malformed, or the header is not an automatic one. */
export function parseAutoMessage(message: string): { readonly agent: AgentId; readonly runId: string; readonly base: string } | null {
  if (!claimsToBeAuto(message)) return null;
  const trailers = lastParagraph(message);
  const agent = theOnly(trailers, 'Agent');
  const runId = theOnly(trailers, 'Agent-Run');
  const base = theOnly(trailers, 'Agent-Base');
  return agent === null || runId === null || base === null ? null : { agent: agent as AgentId, runId, base };
}

function theOnly(trailers: readonly string[], key: keyof typeof TRAILER_PATTERNS): string | null {
  const values = trailers.filter((line) => line.startsWith(`${key}:`)).map((line) => line.slice(key.length + 1).trim());
  const [value] = values;
  return values.length === 1 && value !== undefined && new RegExp(`^${TRAILER_PATTERNS[key]}$`).test(value) ? value : null;
}

/** Trailers are the last paragraph, comment lines of an editor aside, and never the first. */
function lastParagraph(message: string): string[] {
  const text = message
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
  const paragraphs = text.split(/\n\s*\n/);
  return paragraphs.length < 2 ? [] : (paragraphs.at(-1) ?? '').split('\n');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
