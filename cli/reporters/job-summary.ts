/** The run as Markdown on the page of a GitHub job. */
import { isUtf8 } from 'node:buffer';
import { appendFile, readFile } from 'node:fs/promises';
import { hasErrorsLeft } from '../../agents/exit-code.ts';
import { codeBlock } from '../../github/markdown.ts';
import type { AgentRunReport, ProposalReport, RunReport } from '../../agents/run-report.ts';
import {
  DELIVERY_WORDS,
  duration,
  OUTCOME_SIGNS,
  passedOverLine,
  proposalLine,
  shortSha,
  unaskedLine,
  verificationLine,
} from '../wording.ts';
import { plainLine } from './plain-text.ts';
import { agentSentence, isWorthALine, nextStep, placeOf } from './summary.ts';

/** GitHub takes 1 MiB a step. */
const MAX_BYTES = 1000 * 1024;
const MAX_PATCH_BYTES = 400 * 1024;
const SHOWN_FINDINGS = 50;

/** Appends to the file that GITHUB_STEP_SUMMARY names. */
export async function writeJobSummary(path: string, report: RunReport): Promise<void> {
  await appendFile(path, cutBytes(jobSummaryOf(report, await patchesOf(report)), MAX_BYTES));
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
export function jobSummaryOf(report: RunReport, patches: readonly string[] = []): string {
  const rows = report.runs.map((run) => `| ${signOf(run)} ${run.agent} | ${markdown(agentSentence(run))} | ${duration(run.durationMs)} |`);
  const findings = report.runs.flatMap((run) =>
    run.checks.flatMap((check) => check.findings.filter((finding) => !finding.fixed).map((finding) => ({ run, check, finding }))),
  );
  findings.sort((a, b) => Number(a.finding.severity === 'warning') - Number(b.finding.severity === 'warning'));
  const listed = findings
    .slice(0, SHOWN_FINDINGS)
    .map(
      ({ check, finding }) =>
        `| ${finding.severity} | ${markdown(placeOf(finding))} | ${markdown(finding.message)} | ${markdown(`${finding.rule} (${check.title})`)} |`,
    );
  const next = nextStep(report);
  const { delivery } = report;
  return [
    `### Upkeep: ${shortSha(report.base)}${report.branch === null ? '' : ` on ${markdown(report.branch)}`}`,
    '',
    '| agent | outcome | time |',
    '|---|---|---|',
    ...rows,
    '',
    ...(listed.length > 0 ? ['| severity | where | what | rule |', '|---|---|---|---|', ...listed, ''] : []),
    ...(findings.length > SHOWN_FINDINGS ? [`… and ${findings.length - SHOWN_FINDINGS} more`, ''] : []),
    ...(isWorthALine(report)
      ? [`Delivery: ${DELIVERY_WORDS[delivery.outcome]}${delivery.reason === null ? '' : ` – ${markdown(delivery.reason)}`}`]
      : []),
    ...(delivery.proposals.length === 0 ? [] : ['', ...delivery.proposals.map(proposalItem)]),
    ...(patches.length === 0 ? [] : patchBlock(patches)),
    ...[verificationLine(delivery.verifications), unaskedLine(report.commitlint), passedOverLine(report.hooksPassedOver)].flatMap((line) =>
      line === null ? [] : ['', markdown(line)],
    ),
    ...(next === null ? [] : ['', `Next: ${markdown(next)}`]),
    '',
    '',
  ].join('\n');
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
  return plainLine(text)
    .replace(/[\\`*_{}[\]()#+!|~>-]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('@', '@\u2060')
    .replace(/\b(https?|ftp|www)(?=[:.])/gi, '$1\u2060');
}

function cutBytes(text: string, limit: number): string {
  return Buffer.byteLength(text) <= limit
    ? text
    : `${Buffer.from(text)
        .subarray(0, limit)
        .toString('utf8')
        .replace(/\uFFFD$/, '')}\n`;
}
