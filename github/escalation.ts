/** Tells people of a failure in one issue, keeps it true, closes it. Whoever knows less says nothing. */
import type { GitHub } from './client.ts';
import { againComment, changedComment, closingComment, duplicateBody } from './escalation-comments.ts';
import type { CloseAsk, EscalationFacts, EscalationPolicy } from './escalation-facts.ts';
import { readRecord, type EscalationRecord } from './escalation-marker.ts';
import { knowsMore } from './escalation-order.ts';
import { findEscalations, type Found } from './find-escalations.ts';
import { issueBody, issueTitle, withRecord } from './escalation-text.ts';
import { GitHubError, type GitHubErrorCode } from './github-error.ts';
import { createIssue, ensureLabels, hasLabel, updateIssue, type Issue } from './issues.ts';
import { sayOnce } from './say-once.ts';
import { whyNot } from './why-not.ts';

/** What became of it. */
export interface EscalationResult {
  readonly outcome: EscalationOutcome;
  /** The issue, where there is one. */
  readonly number: number | null;
  readonly url: string | null;
  /** What the issue says now of the failure; null when nothing fails or nothing could be said. */
  readonly told: { readonly digest: string; readonly since: string } | null;
  /** Sentences: what could not be done besides. */
  readonly notes: readonly string[];
  /** Why it was not said, with what to change; null when it was. */
  readonly reason: string | null;
  /** What GitHub's answer was when it refused or could not be told, else null. */
  readonly code: GitHubErrorCode | null;
  /** Whether a change of settings would let it be said: true of a missing permission, not of issues that are turned off. */
  readonly mayPass: boolean;
}

/**
 * `joined`: another runner opened it at the same moment; `left-closed`: a person closed it while it lasts; `overtaken`: somebody who
 * knows more has spoken; `noted`: it was closed by a person already; `nothing-open`: there was none; `postponed`: it may pass by itself;
 * `refused`: it does not.
 */
export type EscalationOutcome =
  | 'opened'
  | 'joined'
  | 'reopened'
  | 'updated'
  | 'unchanged'
  | 'left-closed'
  | 'overtaken'
  | 'closed'
  | 'noted'
  | 'nothing-open'
  | 'postponed'
  | 'refused';

/** Then nobody sees the issue anyway. */
const FINAL: ReadonlySet<GitHubErrorCode> = new Set(['disabled', 'archived']);

const DAY_MS = 24 * 60 * 60_000;

/** Opens the issue or brings it up to date. Throws only what is no GitHubError. */
export async function escalate(github: GitHub, facts: EscalationFacts, policy: EscalationPolicy): Promise<EscalationResult> {
  return orWhyNot(facts, async () => {
    const found = await findEscalations(github, facts, policy.labels[0] ?? null);
    const known = await speakInKnown(github, facts, { policy, found });
    if (known !== null) return known;
    const { usable, notes } = await ensureLabels(github, { labels: policy.labels, known: found.labels });
    const [label] = policy.labels;
    if (label !== undefined && !usable.includes(label)) {
      // It cannot be found by the label, so it is looked for among the newest.
      const unlabelled = await speakInKnown(github, facts, { policy, found: await findEscalations(github, facts, null) });
      if (unlabelled !== null) return { ...unlabelled, notes: [...notes, ...unlabelled.notes] };
    }
    return open(github, facts, { policy: { ...policy, labels: usable }, notes });
  });
}

/** Closes the issue and says what healed it. Throws only what is no GitHubError. */
export async function closeEscalation(github: GitHub, ask: CloseAsk, policy: EscalationPolicy): Promise<EscalationResult> {
  return orWhyNot(ask, async () => {
    const { open, closed } = await findEscalations(github, ask, policy.labels[0] ?? null);
    const [issue, ...newer] = open;
    if (issue === undefined) return noteHealed(github, ask, closed.at(-1));
    const record = readRecord(issue.body);
    if (record !== null && knowsMore(record, ask.run)) return result('overtaken', issue);
    const said = await sayOnce(github, issue, { comment: closingComment(ask, record), now: policy.now });
    const reason = isGivenUp(ask) ? 'not_planned' : 'completed';
    const after = await updateIssue(github, issue.number, { ...endedBody(issue, ask), state: 'closed', state_reason: reason });
    await said.settle(after);
    await closeDuplicates(github, newer, issue);
    return result('closed', after, { notes: said.note === null ? [] : [said.note] });
  });
}

interface Attempt {
  readonly policy: EscalationPolicy;
  readonly found: Found;
}

/** Says it in the issue that there is; null when there is none to say it in. */
async function speakInKnown(github: GitHub, facts: EscalationFacts, { policy, found }: Attempt): Promise<EscalationResult | null> {
  const [issue, ...newer] = found.open;
  if (issue !== undefined) {
    await closeDuplicates(github, newer, issue);
    return keepTrue(github, facts, { issue, policy });
  }
  const closed = found.closed.at(-1);
  if (closed === undefined) return null;
  const record = readRecord(closed.body);
  if (record !== null && knowsMore(record, facts.run)) return result('overtaken', closed);
  if (record !== null && record.ended === null && record.since === facts.since.at) {
    return result('left-closed', closed, { told: toldOf(facts) });
  }
  const age = policy.now.getTime() - (closed.closedAt?.getTime() ?? 0);
  return age >= policy.reopenDays * DAY_MS ? null : reopen(github, facts, { issue: closed, policy });
}

async function keepTrue(
  github: GitHub,
  facts: EscalationFacts,
  { issue, policy }: { issue: Issue; policy: EscalationPolicy },
): Promise<EscalationResult> {
  const record = readRecord(issue.body);
  const isSameFailure = record !== null && record.since === facts.since.at && record.ended === null;
  if (isSameFailure && record.digest === facts.digest) return result('unchanged', issue, { told: toldOf(facts) });
  if (record !== null && knowsMore(record, facts.run)) return result('overtaken', issue);
  const comment = isSameFailure || record === null ? changedComment(facts, record) : againComment(facts, record);
  const said = await sayOnce(github, issue, { comment, now: policy.now });
  const after = await updateIssue(github, issue.number, { body: issueBody(facts) });
  await said.settle(after);
  return result('updated', after, { told: toldOf(facts), notes: said.note === null ? [] : [said.note] });
}

async function reopen(
  github: GitHub,
  facts: EscalationFacts,
  { issue, policy }: { issue: Issue; policy: EscalationPolicy },
): Promise<EscalationResult> {
  const said = await sayOnce(github, issue, { comment: againComment(facts, readRecord(issue.body)), now: policy.now });
  const after = await updateIssue(github, issue.number, { body: issueBody(facts), state: 'open', state_reason: 'reopened' });
  await said.settle(after);
  return result('reopened', after, { told: toldOf(facts), notes: said.note === null ? [] : [said.note] });
}

async function open(
  github: GitHub,
  facts: EscalationFacts,
  { policy, notes }: { policy: EscalationPolicy; notes: readonly string[] },
): Promise<EscalationResult> {
  const draft = { title: issueTitle(facts), body: issueBody(facts), labels: policy.labels, assignees: policy.assignees };
  const { issue: own, notes: more } = await createIssue(github, draft);
  const label = policy.labels.find((name) => hasLabel(own.labels, name)) ?? null;
  // Others may have done the same at the same moment: all of them see the oldest now.
  const again = await findEscalations(github, { ...facts, number: null }, label);
  const candidates = again.all.some(({ number }) => number === own.number) ? again.open : [...again.open, own];
  const [oldest = own, ...newer] = candidates.sort((a, b) => a.number - b.number);
  await closeDuplicates(github, newer, oldest);
  const record = readRecord(oldest.body);
  const told = oldest.number === own.number || record === null ? toldOf(facts) : { digest: record.digest, since: record.since };
  return result(oldest.number === own.number ? 'opened' : 'joined', oldest, { told, notes: [...notes, ...more] });
}

/** Each points at the oldest; without its marker it is never found again. Another runner may do the same: nothing is said twice. */
async function closeDuplicates(github: GitHub, newer: readonly Issue[], oldest: Issue): Promise<void> {
  for (const { number } of newer) {
    await updateIssue(github, number, {
      body: duplicateBody({ original: oldest.number }),
      state: 'closed',
      state_reason: 'not_planned',
    });
  }
}

/** A person closed it while it failed: that it is well again is written down, so that the next failure is told. */
async function noteHealed(github: GitHub, ask: CloseAsk, closed: Issue | undefined): Promise<EscalationResult> {
  const record = closed === undefined ? null : readRecord(closed.body);
  if (closed === undefined || record === null || record.ended !== null) return { ...result('nothing-open', null), number: ask.number };
  if (knowsMore(record, ask.run)) return result('overtaken', closed);
  return result('noted', await updateIssue(github, closed.number, endedBody(closed, ask)));
}

/** Nothing healed it: nobody is to look after it any more. */
function isGivenUp({ how }: CloseAsk): boolean {
  return how === 'left' || how === 'off';
}

function endedBody(issue: Issue, ask: CloseAsk): { body?: string } {
  const record = readRecord(issue.body);
  if (record === null) return {};
  const { id, attempt, sequence } = ask.run;
  const ended: EscalationRecord = { ...record, run: id, attempt, sequence, ended: isGivenUp(ask) ? 'left' : 'healed' };
  return { body: withRecord(issue.body, ended) };
}

async function orWhyNot(about: EscalationFacts | CloseAsk, speak: () => Promise<EscalationResult>): Promise<EscalationResult> {
  try {
    return await speak();
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const outcome = error.isTransient ? 'postponed' : 'refused';
    const why = { reason: whyNot(error, about.webUrl), code: error.code, mayPass: !FINAL.has(error.code) };
    return { ...result(outcome, null), number: about.number, ...why };
  }
}

function toldOf(facts: EscalationFacts): { digest: string; since: string } {
  return { digest: facts.digest, since: facts.since.at };
}

function result(
  outcome: EscalationOutcome,
  issue: Issue | null,
  more: Partial<Pick<EscalationResult, 'told' | 'notes'>> = {},
): EscalationResult {
  return {
    outcome,
    number: issue?.number ?? null,
    url: issue?.url ?? null,
    told: null,
    notes: [],
    reason: null,
    code: null,
    mayPass: true,
    ...more,
  };
}
