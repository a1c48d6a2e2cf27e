/** Comments on the issue of an escalation, each with a first line that tells it from others. Pure. */
import { createHash } from 'node:crypto';
import type { CloseAsk, EscalationFacts } from './escalation-facts.ts';
import { failName, MOST_FAILS, type EscalationRecord } from './escalation-marker.ts';
import { AGENT_TITLES, branchText, commitText, countText, findingTable, timeText } from './escalation-parts.ts';

const MOST_NEW = 10;
const LONGEST_TABLE = 12_000;

/** Something to be said once, however many runners say it. */
export interface Comment {
  /** First line of its body. */
  readonly marker: string;
  readonly body: string;
}

/** What fails is no longer what the issue said. */
export function changedComment(facts: EscalationFacts, before: EscalationRecord | null): Comment {
  const errors = facts.findings.filter((finding) => finding.severity === 'error').slice(0, MOST_FAILS);
  const known = new Set(before?.fails);
  const fresh = before === null ? [] : errors.filter((finding) => !known.has(failName(finding.fingerprint)));
  const still = new Set(errors.map((finding) => failName(finding.fingerprint)));
  const gone = [...known].filter((name) => !still.has(name)).length;
  const news = before === null ? [] : [countText(fresh.length, 'new error'), `${gone} no longer there`];
  const where = `at ${commitText(facts.commit, facts.webUrl)}`;
  const table = findingTable(fresh, { ...facts, most: MOST_NEW, budget: LONGEST_TABLE, total: fresh.length });
  return comment(markerOf('changed', facts.digest, before), [
    `What fails has changed ${where}${news.length === 0 ? '' : `: ${news.join(', ')}`}.`,
    ...(table.length === 0 ? [] : ['', ...table]),
  ]);
}

/** It was well in between. */
export function againComment(facts: EscalationFacts, before: EscalationRecord | null): Comment {
  const { agent, branch, since, webUrl, kind } = facts;
  const start = since.commit === null ? timeText(since.at) : `${commitText(since.commit, webUrl)}, ${timeText(since.at)}`;
  const verb = kind === 'code' ? 'fails again' : 'cannot be carried out again';
  return comment(markerOf('again', `${facts.digest} ${since.at}`, before), [
    `${AGENT_TITLES[agent]} ${verb} on ${branchText(branch)} since ${start}.`,
  ]);
}

/** Why the issue is closed. */
export function closingComment(ask: CloseAsk, before: EscalationRecord | null): Comment {
  return comment(markerOf('closed', '', before), [closingSentence(ask)]);
}

function closingSentence({ agent, branch, how, commit, delivered, webUrl }: CloseAsk): string {
  const title = AGENT_TITLES[agent];
  const at = commit === null ? '' : ` at ${commitText(commit, webUrl)}`;
  switch (how) {
    case 'repaired':
      return delivered
        ? `Healed: ${title} repaired it${commit === null ? '' : ` by ${commitText(commit, webUrl)}`}.`
        : `Healed: ${title} repaired it${commit === null ? '' : ` by ${commitText(commit, webUrl)}`}, which has not reached ${branchText(branch)} yet.`;
    case 'passed':
      return `Healed: ${title} passes again${at}.`;
    case 'carried-out':
      return `${title} can be carried out again${at}.`;
    case 'left':
      return `${branchText(branch)} is no longer a branch that ${title} asks for help about (\`scheduler.escalation.branches\`).`;
    case 'off':
      return `${title} was turned off by the configuration (\`agents.${agent}.enabled\`), so nobody looks after this on ${branchText(branch)} any more.`;
  }
}

const DUPLICATE = '<!-- upkeep:duplicate-of:';

/** Whether it is the body of such an issue. */
export function isDuplicate(body: string): boolean {
  return body.startsWith(DUPLICATE);
}

/** What stands in an issue that another runner's came before. */
export function duplicateBody(ask: { readonly original: number }): string {
  return `${DUPLICATE}${ask.original} -->\nDuplicate of #${ask.original}, which another run opened at the same moment.\n`;
}

/**
 * Equal for all who say the same about the same record, and another one when it is said anew later: the record that was
 * there before is part of it.
 */
function markerOf(what: string, about: string, before: EscalationRecord | null): string {
  const from = before === null ? '' : `${before.sequence} ${before.digest} ${before.since} ${before.ended}`;
  return `<!-- upkeep:said:${what}:${createHash('sha256').update(`${what} ${about} ${from}`).digest('hex').slice(0, 16)} -->`;
}

function comment(marker: string, lines: readonly string[]): Comment {
  return { marker, body: [marker, ...lines, ''].join('\n') };
}
