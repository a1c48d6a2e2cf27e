/** Title, body and comment of an agent's pull request, and what its body tells programs. Pure; nothing that comes in is read as markup. */
import type { AgentId } from '../ledger/outcome.ts';
import type { FindingSummary } from '../ledger/state.ts';
import { AGENT_TITLES, branchText, commitText, countText, findingTable, takeWithin } from './escalation-parts.ts';
import { cell, codeBlock, codeSpan, markdownLine, visibleLine } from './markdown.ts';

/** Everything that is said about a proposal. */
export interface PullRequestFacts {
  readonly agent: AgentId;
  /** Short name of the branch that holds the commit, and of the one that it is for. */
  readonly head: string;
  readonly target: string;
  /** The commit, its parent, and the id of what it changes. */
  readonly sha: string;
  readonly base: string;
  readonly change: string;
  /** Subject of the commit. */
  readonly subject: string;
  readonly runId: string;
  readonly files: readonly string[];
  readonly fixed: readonly FindingSummary[];
  readonly left: readonly FindingSummary[];
  /** Sentences about the run. */
  readonly notes: readonly string[];
  /** Shell line that shows the problems in any clone. */
  readonly command: string;
  /** Address of the repository's pages and of the run's; null where there is none. */
  readonly webUrl: string | null;
  readonly runUrl: string | null;
}

/** What a body says for programs. */
export interface ProposalMark {
  /** The base commit and the id of the change that were proposed last; null where the body does not say. */
  readonly last: { readonly base: string; readonly change: string } | null;
  readonly isWithdrawn: boolean;
}

const MARKER = /^<!-- upkeep:v1:proposal:([0-9a-f]{40,64}):([0-9a-f]{40,64}) -->$/;
const WITHDRAWN = '<!-- upkeep:withdrawn -->';
/** GitHub takes 65,536; the difference is for words that grow when a secret is taken out of them. */
const LONGEST = { title: 200, findings: 20_000, files: 8_000, notes: 6_000 } as const;
const MOST = { findings: 50, files: 100, notes: 15 } as const;

/** The subject of the commit: merged by squashing, the commit keeps it. */
export function pullRequestTitle({ subject }: Pick<PullRequestFacts, 'subject'>): string {
  return visibleLine(subject, LONGEST.title);
}

/** The body: at most 65,536 characters, its first line for programs. */
export function pullRequestBody(facts: PullRequestFacts): string {
  const { agent, base, change, target, webUrl, fixed, left } = facts;
  const table = (findings: readonly FindingSummary[], commit: string): string[] =>
    findingTable(findings, { commit, webUrl, most: MOST.findings, budget: LONGEST.findings, total: findings.length });
  return [
    `<!-- upkeep:v1:proposal:${base}:${change} -->`,
    `**${AGENT_TITLES[agent]}** ${whatWasDone(facts)} on ${branchText(target)}, as it was at ${commitText(base, webUrl)}.`,
    ...section('What was fixed', table(fixed, base)),
    ...section('What is left for people', table(left, facts.sha)),
    ...section('Files', fileList(facts.files)),
    ...section('Reproduce it', [`On ${commitText(base, webUrl)}; it changes nothing:`, '', codeBlock(facts.command, 'sh')]),
    ...section('About the run', noteList(facts.notes)),
    ...footer(facts),
  ].join('\n');
}

/** What the first lines say. GitHub's editor ends lines with `\r\n`. */
export function readProposalMark(body: string): ProposalMark {
  const lines = body.split('\n', 2).map((line) => line.trimEnd());
  const [, base, change] = MARKER.exec(lines[0] ?? '') ?? [];
  return { last: base === undefined || change === undefined ? null : { base, change }, isWithdrawn: lines.includes(WITHDRAWN) };
}

/** The same body, which says besides that we closed it. */
export function withdrawnBody(body: string): string {
  const { last, isWithdrawn } = readProposalMark(body);
  if (isWithdrawn) return body;
  const [first = '', ...rest] = body.split('\n');
  return last === null ? [WITHDRAWN, first, ...rest].join('\n') : [first, WITHDRAWN, ...rest].join('\n');
}

/** What is said when it is closed. */
export function withdrawalComment(why: string): string {
  return `Closed: ${markdownLine(why, 300)}. Upkeep opens a pull request again when there is something to take.`;
}

function whatWasDone({ fixed, files }: PullRequestFacts): string {
  const where = countText(files.length, 'file');
  return fixed.length === 0 ? `updated ${where}` : `fixed ${countText(fixed.length, 'problem')} in ${where}`;
}

function fileList(files: readonly string[]): string[] {
  const lines = takeWithin(
    files.slice(0, MOST.files).map((path) => `- ${cell(codeSpan(path, 200))}`),
    LONGEST.files,
  );
  const rest = files.length - lines.length;
  return rest > 0 ? [...lines, `- … and ${rest} more`] : lines;
}

function noteList(notes: readonly string[]): string[] {
  return takeWithin(
    notes.slice(0, MOST.notes).map((note) => `- ${markdownLine(note, 300)}`),
    LONGEST.notes,
  );
}

function footer({ agent, head, runId, runUrl }: PullRequestFacts): string[] {
  const page = runUrl !== null && /^https?:\/\/[\w.:/%-]+$/.test(runUrl) ? ` [The run](${runUrl}).` : '';
  return [
    '',
    '---',
    '',
    `Upkeep keeps this pull request up to date and closes it when ${AGENT_TITLES[agent]} has nothing to change any more.${page} ` +
      `Merge it to take it; close it to decline: the same change is not made again. ` +
      `A commit of yours on ${branchText(head)} makes the branch yours: Upkeep then leaves it alone. ` +
      `Once merged, ${codeSpan(`agent undo ${runId}`, 60)} takes it back.`,
    '',
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines];
}
