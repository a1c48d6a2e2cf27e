/** Pieces that title, body and comments of an escalation share. Pure. */
import type { AgentId } from '../ledger/outcome.ts';
import type { FindingSummary } from '../ledger/state.ts';
import { cell, codeSpan, linkTarget, markdownLine } from './markdown.ts';

export const AGENT_TITLES: Readonly<Record<AgentId, string>> = {
  architecture: 'Architecture',
  backend: 'Backend',
  frontend: 'Frontend',
  devops: 'DevOps',
  qa: 'QA',
  docs: 'Docs',
};

/** Words for the reasons for which a run is given up; others are shown as they are. */
const REASONS: Readonly<Record<string, string>> = {
  timeout: 'it took too long and was ended',
  network: 'the remote did not answer',
  'disk-full': 'no space was left on the disk',
  git: 'Git refused',
  internal: 'Upkeep itself crashed',
  'errors-left': 'errors are left',
};

const LONGEST = { path: 120, message: 300, rule: 80, url: 500, branch: 200 } as const;

export function branchText(branch: string): string {
  return codeSpan(branch, LONGEST.branch);
}

export function reasonText(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? '') : markdownLine(reason, LONGEST.rule);
}

/** A commit by its first nine digits, linked where it can be. */
export function commitText(commit: string, webUrl: string | null): string {
  if (!isSha(commit)) return codeSpan(commit, 40);
  const short = `\`${commit.slice(0, 9)}\``;
  return webUrl === null ? short : `[${short}](${linkTarget(webUrl, 'commit', commit)})`;
}

/** `2026-03-01 10:00 UTC`. */
export function timeText(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? codeSpan(at, 40) : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `1 error`, `2 errors`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Findings as a table within `budget` characters, at most `most` of them; what is left out is said. */
export function findingTable(
  findings: readonly FindingSummary[],
  ask: { readonly commit: string; readonly webUrl: string | null; readonly most: number; readonly budget: number; readonly total: number },
): string[] {
  if (findings.length === 0) return [];
  const rows = takeWithin(
    findings.slice(0, ask.most).map((finding) => findingRow(finding, ask)),
    ask.budget,
  );
  const left = Math.max(ask.total, findings.length) - rows.length;
  return ['| severity | where | what | rule |', '| --- | --- | --- | --- |', ...rows, ...(left > 0 ? ['', `… and ${left} more`] : [])];
}

/** The lines that fit, from the first. */
export function takeWithin(lines: readonly string[], budget: number): string[] {
  let used = 0;
  return lines.filter((line) => {
    used += line.length + 1;
    return used <= budget;
  });
}

function findingRow(finding: FindingSummary, { commit, webUrl }: { readonly commit: string; readonly webUrl: string | null }): string {
  const rule = `${markdownLine(finding.rule, LONGEST.rule)} (${markdownLine(finding.check, LONGEST.rule)})`;
  return `| ${finding.severity} | ${placeText(finding, commit, webUrl)} | ${markdownLine(finding.message, LONGEST.message)} | ${rule} |`;
}

/** The line at the commit, linked unless the address would be none of this repository's. */
function placeText({ path, line }: FindingSummary, commit: string, webUrl: string | null): string {
  if (path === null) return '–';
  const place = line === null ? path : `${path}:${line}`;
  const segments = path.split('/');
  const isInside = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  const url = webUrl === null || !isSha(commit) || !isInside ? null : linkTarget(webUrl, 'blob', commit, path);
  if (url === null || url.length > LONGEST.url) return cell(codeSpan(place, LONGEST.path));
  return `[${markdownLine(place, LONGEST.path)}](${url}${line === null ? '' : `#L${Math.trunc(line)}`})`;
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}
