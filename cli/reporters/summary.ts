/** The end of a run for a person: a line an agent, what is left and where, the delivery, the next step. */
import { hasErrorsLeft } from '../../agents/exit-code.ts';
import type { AgentRunReport, CheckRunReport, RunReport } from '../../agents/run-report.ts';
import type { Finding } from '../../ledger/finding.ts';
import type { Palette } from '../palette.ts';
import {
  count,
  DELIVERY_WORDS,
  duration,
  NEXT_STEPS,
  OUTCOME_SIGNS,
  OUTCOME_WORDS,
  passedOverLine,
  proposalLine,
  REASON_WORDS,
  shortSha,
  unaskedLine,
  verificationLine,
} from '../wording.ts';
import { plainLine, plainPath } from './plain-text.ts';
import { colored } from './tree-state.ts';

const SHOWN_ERRORS = 10;
const SHOWN_WARNINGS = 3;

/** The whole summary, with a line feed at its end. */
export function summaryOf(report: RunReport, palette: Palette): string {
  const lines = [
    ...report.recovered.map((sentence) => `${palette.warn('↺')} ${plainLine(sentence)}`),
    ...report.runs.flatMap((run) => agentLines(run, palette)),
    ...report.notes.map((note) => palette.dim(`  ${plainLine(note)}`)),
    ...deliveryLines(report, palette),
    ...ruleLines(report, palette),
  ];
  const next = nextStep(report);
  if (next !== null) lines.push(`${palette.strong('next:')} ${next}`);
  return `${lines.join('\n')}\n`;
}

function agentLines(run: AgentRunReport, palette: Palette): string[] {
  const red = run.outcome === 'skipped' && hasErrorsLeft(run);
  const sign = colored(red ? 'failed' : run.outcome, OUTCOME_SIGNS[run.outcome], palette);
  const time = run.durationMs > 0 ? palette.dim(`  ${duration(run.durationMs)}`) : '';
  const lines = [`${sign} ${palette.strong(run.agent.padEnd(12))}  ${agentSentence(run)}${time}`];
  const left = run.checks.flatMap((check) => check.findings.filter((finding) => !finding.fixed).map((finding) => ({ check, finding })));
  const errors = left.filter(({ finding }) => finding.severity === 'error');
  const warnings = left.filter(({ finding }) => finding.severity === 'warning');
  lines.push(...errors.slice(0, SHOWN_ERRORS).map((one) => findingLine(one.check, one.finding, palette)));
  if (errors.length > SHOWN_ERRORS) lines.push(palette.dim(`    … and ${count(errors.length - SHOWN_ERRORS, 'error')} more`));
  lines.push(...warnings.slice(0, SHOWN_WARNINGS).map((one) => findingLine(one.check, one.finding, palette)));
  if (warnings.length > SHOWN_WARNINGS) lines.push(palette.dim(`    … and ${count(warnings.length - SHOWN_WARNINGS, 'warning')} more`));
  const unasked = warnings.find(({ check }) => check.isBundled === true);
  if (unasked !== undefined) lines.push(palette.dim(`    ${turnOffLine(unasked)}`));
  lines.push(...run.checks.filter((check) => check.outcome === 'errored').flatMap((check) => erroredLines(check, palette)));
  lines.push(
    ...run.checks
      .filter((check) => check.outcome === 'failed' && check.command !== null)
      .map((check) => palette.dim(`    reproduce: ${plainLine(check.command ?? '')}`)),
  );
  lines.push(
    ...run.checks
      .filter(isLacking)
      .map((check) =>
        palette.dim(`    ${plainLine(`${check.title} ${check.outcome === 'skipped' ? 'skipped' : 'in part'}: ${check.hint ?? ''}`)}`),
      ),
  );
  if (run.since !== null && red) lines.push(palette.dim(`    since ${shortSha(run.since)}`));
  lines.push(...run.notes.map((note) => `    ${palette.warn(plainLine(note))}`));
  if (run.hint !== null) lines.push(palette.dim(`    ${plainLine(run.hint)}`));
  return lines;
}

/** Something that was not looked at, and what would change that. */
function isLacking({ outcome, reason, hint, isIncomplete }: CheckRunReport): boolean {
  return hint !== null && outcome !== 'errored' && (isIncomplete === true || (outcome === 'skipped' && reason === 'tool-missing'));
}

/** One sentence about an agent: outcome, what was fixed, commit, what is left. */
export function agentSentence(run: AgentRunReport): string {
  const findings = run.checks.flatMap((check) => check.findings);
  const fixed = findings.filter((finding) => finding.fixed).length;
  const errors = findings.filter((finding) => finding.severity === 'error' && !finding.fixed).length;
  const warnings = findings.filter((finding) => finding.severity === 'warning' && !finding.fixed).length;
  const parts: string[] = [run.outcome === 'fixed' || run.commit !== null ? '' : OUTCOME_WORDS[run.outcome]];
  if (run.commit !== null || run.outcome === 'fixed')
    parts[0] = `fixed ${fixed > 0 ? count(fixed, 'problem') : 'what was unformatted or outdated'}`;
  if (run.commit !== null) parts.push(`in ${count(run.commit.files.length, 'file')} (${shortSha(run.commit.sha)})`);
  if (run.reason !== null && run.reason !== 'errors-left') parts.push(`– ${REASON_WORDS[run.reason]}`);
  const left = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''].filter((text) => text !== '');
  return `${parts.join(' ')}${left.length > 0 ? `; ${left.join(' and ')} left` : ''}`;
}

/** How a rule that the repository did not choose is turned off. */
function turnOffLine({ check, finding }: { readonly check: CheckRunReport; readonly finding: Finding }): string {
  return plainLine(
    `a rule that you do not want, in agent.config.json: "checks": { "${check.check}": { "rules": { "${finding.rule}": "off" } } }`,
  );
}

function findingLine(check: CheckRunReport, finding: Finding, palette: Palette): string {
  const place = placeOf(finding);
  const severity = finding.severity === 'error' ? palette.bad('error') : palette.warn('warning');
  return `    ${place === '' ? '' : `${place}  `}${severity}  ${plainLine(finding.message)}  ${palette.dim(`${plainLine(finding.rule)} (${plainLine(check.title)})`)}`;
}

/** `src/a.ts:3:1`, as much of it as is known. */
export function placeOf(finding: Pick<Finding, 'path' | 'line' | 'column'>): string {
  if (finding.path === null) return '';
  const line = finding.line === null ? '' : `:${finding.line}${finding.column === null ? '' : `:${finding.column}`}`;
  return `${plainPath(finding.path)}${line}`;
}

function erroredLines(check: CheckRunReport, palette: Palette): string[] {
  const why = check.reason === null ? '' : `: ${REASON_WORDS[check.reason]}`;
  const hint = check.hint === null ? [] : [palette.dim(`      ${plainLine(check.hint)}`)];
  return [`    ${palette.bad(plainLine(check.title))} could not be carried out${why}`, ...hint];
}

function deliveryLines(report: RunReport, palette: Palette): string[] {
  const { delivery } = report;
  if (!isWorthALine(report)) return [];
  const commits = delivery.commits.length > 0 ? `${count(delivery.commits.length, 'commit')} – ` : '';
  const where =
    delivery.branch === null
      ? ''
      : ` (${plainLine(delivery.branch)}${report.head === report.base ? '' : `: ${shortSha(report.base)} → ${shortSha(report.head)}`})`;
  const ref = delivery.ref === null ? '' : `; waiting under ${plainLine(delivery.ref)}`;
  const lines = [`${palette.strong('delivery:')} ${commits}${DELIVERY_WORDS[delivery.outcome]}${ref}${where}`];
  if (delivery.reason !== null) lines.push(`    ${plainLine(delivery.reason)}`);
  const verification = verificationLine(delivery.verifications);
  if (verification !== null) lines.push(`    ${plainLine(verification)}`);
  // What the reason has said already is not said again.
  const isNew = (note: string): boolean => delivery.reason?.includes(note) !== true;
  for (const proposal of delivery.proposals)
    lines.push(`    ${plainLine(proposalLine({ ...proposal, notes: proposal.notes.filter(isNew) }))}`);
  lines.push(...delivery.patches.map((path) => palette.dim(`    ${plainPath(path)}`)));
  return lines;
}

/** What of the repository's own rules for commits had no say. */
function ruleLines({ commitlint, hooksPassedOver }: RunReport, palette: Palette): string[] {
  const unasked = unaskedLine(commitlint);
  const hooks = passedOverLine(hooksPassedOver);
  return [
    ...(unasked === null ? [] : [`    ${palette.warn(plainLine(unasked))}`]),
    ...(hooks === null ? [] : [palette.dim(`    ${plainLine(hooks)}`)]),
  ];
}

/** Nothing to deliver is no news, and why a run that was interrupted delivered nothing is known. */
export function isWorthALine({ delivery, exitCode }: RunReport): boolean {
  return delivery.commits.length > 0 || delivery.proposals.length > 0 || (delivery.reason !== null && exitCode !== 130);
}

/** The one thing to do next, or null when all is well. */
export function nextStep(report: RunReport): string | null {
  const { delivery } = report;
  if (report.exitCode === 130) return NEXT_STEPS.interrupted;
  if (delivery.advice !== null) return plainLine(delivery.advice);
  if (delivery.outcome === 'kept') return NEXT_STEPS.accept;
  if (delivery.patches.length > 0) return `${NEXT_STEPS.patches}${delivery.patches.map(plainPath).join(', ')}`;
  const errored = report.runs.find((run) => run.outcome === 'errored');
  if (errored) return NEXT_STEPS.errored;
  const failed = report.runs.find(hasErrorsLeft);
  return failed ? NEXT_STEPS.errors(failed.agent) : null;
}
