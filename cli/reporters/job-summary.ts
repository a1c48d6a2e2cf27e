/** The run as Markdown on the page of a GitHub job. */
import { isUtf8 } from 'node:buffer';
import { appendFile, readFile } from 'node:fs/promises';
import { hasErrorsLeft } from '../../agents/exit-code.ts';
import { codeBlock, withoutLinks } from '../../github/markdown.ts';
import type { AgentRunReport, ProposalReport, RunReport } from '../../agents/run-report.ts';
import type { Finding } from '../../ledger/finding.ts';
import {
  count,
  DELIVERY_WORDS,
  duration,
  OUTCOME_SIGNS,
  OUTCOME_WORDS,
  passedOverLine,
  proposalLine,
  shortSha,
  unaskedLine,
  verificationLine,
} from '../wording.ts';
import { pageLinks, type PageLinks } from './page-links.ts';
import { plainLine } from './plain-text.ts';
import { agentSentence, isWorthALine, nextStep, placeOf } from './summary.ts';

/** GitHub takes 1 MiB a step. */
const MAX_BYTES = 1000 * 1024;
const MAX_PATCH_BYTES = 400 * 1024;
const SHOWN_FINDINGS = 50;

/** What a page shows besides the report. */
export interface SummaryPage {
  readonly patches?: readonly string[];
  /** Address of the repository, for links: `https://github.com/owner/name`. */
  readonly pages?: string | null;
}

/** Appends to the file that GITHUB_STEP_SUMMARY names. */
export async function writeJobSummary(path: string, report: RunReport, pages: string | null = null): Promise<void> {
  await appendFile(path, cutBytes(jobSummaryOf(report, { patches: await patchesOf(report), pages }), MAX_BYTES));
}

/** The patches of a run that may only write patches, as far as they fit: the machine they are on is thrown away. */
async function patchesOf({ delivery }: RunReport): Promise<readonly string[]> {
  if (delivery.outcome !== 'patch') return [];
  const patches: string[] = [];
  let left = MAX_PATCH_BYTES;
  for (const path of delivery.patches) {
    const bytes = await readFile(path);
    left -= bytes.length;
    // What is not text cannot be copied from a page.
    if (left >= 0 && isUtf8(bytes)) patches.push(bytes.toString('utf8'));
  }
  return patches;
}

/** The summary as Markdown; nothing that came from the repository is read as markup. */
export function jobSummaryOf(report: RunReport, { patches = [], pages = null }: SummaryPage = {}): string {
  const links = pageLinks(pages);
  const rows = report.runs.map((run) => `| ${signOf(run)} ${run.agent} | ${markdown(agentSentence(run))} | ${duration(run.durationMs)} |`);
  const findings = report.runs.flatMap((run) =>
    run.checks.flatMap((check) => check.findings.filter((finding) => !finding.fixed).map((finding) => ({ run, check, finding }))),
  );
  findings.sort((a, b) => Number(a.finding.severity === 'warning') - Number(b.finding.severity === 'warning'));
  const listed = findings
    .slice(0, SHOWN_FINDINGS)
    .map(
      ({ check, finding }) =>
        `| ${finding.severity} | ${placeLink(finding, report.base, links)} | ${markdown(finding.message)} | ${markdown(`${finding.rule} (${check.title})`)} |`,
    );
  const next = nextStep(report);
  const { delivery } = report;
  return [
    `### Upkeep: ${links.commit(shortSha(report.base), report.base)}${report.branch === null ? '' : ` on ${markdown(report.branch)}`}`,
    '',
    '| agent | outcome | time |',
    '|---|---|---|',
    ...rows,
    '',
    ...checksTable(report),
    ...(listed.length > 0 ? ['| severity | where | what | rule |', '|---|---|---|---|', ...listed, ''] : []),
    ...(findings.length > SHOWN_FINDINGS ? [`… and ${findings.length - SHOWN_FINDINGS} more`, ''] : []),
    ...(isWorthALine(report)
      ? [`Delivery: ${DELIVERY_WORDS[delivery.outcome]}${delivery.reason === null ? '' : ` – ${markdown(delivery.reason)}`}`]
      : []),
    ...commitItems(report, links),
    ...(delivery.proposals.length === 0 ? [] : ['', ...delivery.proposals.map(proposalItem)]),
    ...(patches.length === 0 ? [] : patchBlock(patches)),
    ...[verificationLine(delivery.verifications), unaskedLine(report.commitlint), passedOverLine(report.hooksPassedOver)].flatMap((line) =>
      line === null ? [] : ['', markdown(line)],
    ),
    ...(report.notes.length === 0 ? [] : ['', ...report.notes.map((note) => `- ${markdown(note)}`)]),
    ...(next === null ? [] : ['', `Next: ${markdown(next)}`]),
    '',
    '',
  ].join('\n');
}

/** Every check that said something, folded: most people want to know about those that failed, which are listed below. */
function checksTable({ runs }: RunReport): string[] {
  const rows = runs.flatMap((run) => run.checks.map((check) => checkRow(run, check)));
  if (rows.length === 0) return [];
  const head = ['| check | agent | outcome | errors | warnings | fixed | time |', '|---|---|---|---|---|---|---|'];
  return [`<details><summary>${count(rows.length, 'check')}</summary>`, '', ...head, ...rows, '', '</details>', ''];
}

function checkRow(run: AgentRunReport, check: AgentRunReport['checks'][number]): string {
  const open = check.findings.filter((finding) => !finding.fixed);
  const errors = open.filter((finding) => finding.severity === 'error').length;
  const cells = [
    markdown(check.title),
    run.agent,
    `${OUTCOME_SIGNS[check.outcome]} ${OUTCOME_WORDS[check.outcome]}`,
    errors,
    open.length - errors,
    check.findings.length - open.length,
    duration(check.durationMs),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Commits that people can open: those on the branch and those that are proposed. */
function commitItems({ runs, delivery }: RunReport, links: PageLinks): string[] {
  const proposed = delivery.proposals.flatMap(({ commit }) => commit ?? []);
  const items = runs.flatMap(({ commit }) => {
    if (commit === null) return [];
    const isThere = (delivery.outcome === 'pushed' && delivery.commits.includes(commit.sha)) || proposed.includes(commit.sha);
    const sha = isThere ? links.commit(shortSha(commit.sha), commit.sha) : shortSha(commit.sha);
    return [`- ${sha} ${markdown(commit.subject)} (${count(commit.files.length, 'file')})`];
  });
  return items.length === 0 ? [] : ['', ...items];
}

function placeLink(finding: Finding, base: string, links: PageLinks): string {
  const words = markdown(placeOf(finding));
  return finding.path === null ? words : links.file(words, { sha: base, path: finding.path, line: finding.line });
}

function patchBlock(patches: readonly string[]): string[] {
  return ['', '<details><summary>The repairs as a patch, for git am</summary>', '', codeBlock(patches.join(''), 'diff'), '', '</details>'];
}

/** The one place where an address is a link: it is the host's own answer. */
function proposalItem(proposal: ProposalReport): string {
  const { number, url } = proposal;
  const link = number !== null && url !== null && /^https?:\/\/[\w.:/%-]+$/.test(url) ? ` ([#${number}](${url}))` : '';
  return `- ${markdown(proposalLine({ ...proposal, url: link === '' ? url : null }))}${link}`;
}

function signOf(run: AgentRunReport): string {
  return run.outcome === 'skipped' && hasErrorsLeft(run) ? OUTCOME_SIGNS.failed : OUTCOME_SIGNS[run.outcome];
}

/** Text that Markdown and HTML show as it is, in a table too; a mention calls nobody. */
export function markdown(text: string): string {
  return withoutLinks(plainLine(text).replace(/[\\`*_{}[\]()#+!|~>-]/g, '\\$&'))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('@', '@\u2060');
}

function cutBytes(text: string, limit: number): string {
  return Buffer.byteLength(text) <= limit
    ? text
    : `${Buffer.from(text)
        .subarray(0, limit)
        .toString('utf8')
        .replace(/\uFFFD$/, '')}\n`;
}
