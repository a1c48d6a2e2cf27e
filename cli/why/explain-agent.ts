/** Why an agent did or did not run, commit or ask for help: sentences from what is remembered. Pure. */
import type { AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, pauseOf, type AgentState, type LedgerState } from '../../ledger/state.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import { endOfPause } from '../../scheduler/end-of-pause.ts';
import type { ErroredCheck } from './errored-checks.ts';
import { ago, away, count, OUTCOME_WORDS, REASON_WORDS, shortSha } from '../wording.ts';

/** What the sentences are made from. */
export interface AgentFacts {
  readonly agent: AgentId;
  readonly branch: string;
  readonly state: LedgerState;
  /** The shared part of `state`. */
  readonly shared?: LedgerState;
  /** What a run started now would do; null when the configuration turns the agent off. */
  readonly decision: Decision | null;
  /** Input key of the commit that is checked out. */
  readonly key: string | null;
  /** What is known of why the last run could not be carried out, wholly or in part; absent or null: nothing. */
  readonly errored?: Errored | null;
  /** Commit under the agent's ref, or null. */
  readonly waiting: string | null;
  readonly threshold: number;
  readonly now: Date;
}

export interface Errored {
  readonly checks: readonly ErroredCheck[];
  /** What the ledger says, where the checks are not known. */
  readonly message: string | null;
}

/** A heading and its sentences. */
export interface Explanation {
  readonly heading: string;
  readonly sentences: readonly string[];
}

export function explainAgent(facts: AgentFacts): Explanation[] {
  const memory = agentStateOf(facts.state, facts.agent, facts.branch);
  return [
    { heading: 'now', sentences: nowSentences(facts, memory) },
    { heading: 'last run', sentences: lastSentences(facts, memory) },
    ...nextOf(facts, memory),
    { heading: 'commit', sentences: commitSentences(facts, memory) },
    { heading: 'escalation', sentences: escalationSentences(facts, memory) },
  ];
}

function nowSentences(facts: AgentFacts, memory: AgentState): string[] {
  const { decision, agent } = facts;
  if (decision === null) return [`the configuration turns it off (agents.${agent}.enabled)`];
  if (decision.kind === 'skip') {
    const pause = pauseOf(facts.state, agent, facts.branch, facts.now);
    const hint = decision.hint === null || pause !== null ? [] : [decision.hint];
    const paused =
      pause === null
        ? []
        : [
            `${pause.by} paused it ${ago(pause.since, facts.now)}${pause.reason === null ? '' : `: ${pause.reason}`}; ${endOfPause(facts)} that`,
          ];
    return [
      `\`agent run ${agent}\` would skip it: ${REASON_WORDS[decision.reason]}`,
      ...paused,
      ...hint,
      ...(decision.reason === 'unchanged'
        ? ['nothing that it reads, its configuration or its tools differ from its last good run; --force runs it all the same']
        : []),
    ];
  }
  const why = memory.keys.find((record) => record.key === facts.key);
  if (why === undefined) {
    const { last } = memory;
    const because =
      last === null
        ? 'it never ran on this branch'
        : last.key === facts.key
          ? `on this content its last run ${OUTCOME_WORDS[last.outcome]}`
          : 'something that it reads, its configuration or a tool changed since its last run';
    return [`\`agent run ${agent}\` would run it: ${because}`];
  }
  if (!why.delivered) return [`\`agent run ${agent}\` would run it: it made a commit for this content that was not delivered yet`];
  return [`\`agent run ${agent}\` would run it: on this content it ${OUTCOME_WORDS[why.outcome]} before`];
}

function lastSentences({ now, key, errored }: AgentFacts, memory: AgentState): string[] {
  const { last, runs } = memory;
  if (last === null) return ['none on this branch'];
  const run = runs.find((one) => one.runId === last.runId);
  // Nothing can be told of what was not looked at.
  const isBlank = last.outcome === 'errored' && run?.errors === 0 && run.warnings === 0 && run.fixed === 0;
  const left =
    run === undefined || isBlank
      ? []
      : [count(run.fixed, 'finding') + ' repaired', `${count(run.errors, 'error')} and ${count(run.warnings, 'warning')} left`];
  const reason = last.reason === null || last.reason === 'errors-left' ? '' : ` (${REASON_WORDS[last.reason]})`;
  const sameContent = last.key === key ? ', on the same content as now' : '';
  return [
    `it ${OUTCOME_WORDS[last.outcome]}${reason} ${ago(last.at, now)} on ${shortSha(last.base)}${run === undefined || run.trigger === null ? '' : `, started by ${run.trigger}`}${sameContent}`,
    ...(left.length > 0 ? [left.join(', ')] : []),
    ...erroredSentences(errored ?? null),
    ...(memory.keys[0]?.runId === last.runId ? findingSentences(memory) : []),
  ];
}

/** Which checks could not be carried out, why, and how their logs end. */
function erroredSentences(errored: Errored | null): string[] {
  if (errored === null) return [];
  if (errored.checks.length === 0) return errored.message === null ? [] : [errored.message];
  return errored.checks.flatMap(({ title, reason, hint, command, log }) => [
    `${title} could not be carried out${reason === null ? '' : `: ${REASON_WORDS[reason]}`}`,
    ...(hint === null ? [] : [hint]),
    ...(command === null ? [] : [`reproduce: ${command}`]),
    ...(log === '' ? [] : ['its log ends:', ...log.split('\n').map((line) => `| ${line}`)]),
  ]);
}

/** What to do about a run that could not be carried out; nothing where there is none. */
function nextOf({ agent }: AgentFacts, { last, inError }: AgentState): Explanation[] {
  if (last?.outcome !== 'errored') return [];
  const again = inError === null ? `agent run ${agent} tries it again` : `agent retry ${agent} brings it back`;
  return [{ heading: 'next', sentences: [`correct what is said above, or let agent doctor look for it; then ${again}`] }];
}

function findingSentences(memory: AgentState): string[] {
  const findings = memory.keys[0]?.findings ?? [];
  const shown = findings
    .slice(0, 5)
    .map(
      (finding) =>
        `${finding.severity}: ${finding.path === null ? '' : `${finding.path}${finding.line === null ? '' : `:${finding.line}`} `}${finding.message} (${finding.rule})`,
    );
  return findings.length > shown.length ? [...shown, `… and ${findings.length - shown.length} more`] : shown;
}

function commitSentences(facts: AgentFacts, memory: AgentState): string[] {
  const { agent } = facts;
  const sentences: string[] = [];
  const made = memory.runs.find((run) => run.commit !== null);
  if (made !== undefined && made.commit !== null) {
    const { commit, at } = made;
    const delivered = memory.keys.find((record) => record.commit === commit)?.delivered;
    sentences.push(`its newest commit is ${shortSha(commit)}, ${ago(at, facts.now)}${delivered === false ? ', not delivered' : ''}`);
  } else if (memory.last !== null) {
    sentences.push(
      memory.last.outcome === 'errored' || memory.last.outcome === 'cancelled'
        ? `it made none: its last run ${OUTCOME_WORDS[memory.last.outcome]}`
        : 'it made none: there was nothing that could safely be repaired',
    );
  } else {
    sentences.push('none');
  }
  if (facts.waiting !== null)
    sentences.push(`${shortSha(facts.waiting)} waits under refs/upkeep/suggest/${agent}: agent accept ${agent} takes it`);
  const { proposal } = memory;
  if (proposal !== null) {
    sentences.push(`people find its repair in a pull request since ${ago(proposal.since, facts.now)}: ${proposal.url ?? proposal.ref}`);
  }
  const frozen = facts.state.frozen[agent]?.blobs ?? [];
  if (frozen.length > 0)
    sentences.push(
      `people undid or declined what it made of ${[...new Set(frozen.map((one) => one.path))].slice(0, 5).join(', ')}: it does not do that again; \`agent run ${agent} --force\` does`,
    );
  return sentences;
}

function escalationSentences({ threshold, now, agent }: AgentFacts, memory: AgentState): string[] {
  const { streak, breaker, inError } = memory;
  const sentences = Object.values(memory.escalations).map(({ number, url, since }) =>
    number === null
      ? `GitHub would not take an issue ${ago(since, now)}: agent doctor says why`
      : `an issue is open since ${ago(since, now)}: ${url ?? `#${number}`}`,
  );
  if (inError !== null)
    sentences.push(`it could not be carried out since ${ago(inError.since, now)} (${inError.reason}): agent retry ${agent} brings it back`);
  if (breaker !== null)
    sentences.push(
      new Date(breaker.nextTryAt) > now
        ? `it failed ${count(streak, 'time')} in a row, so the same content is tried again only ${away(new Date(breaker.nextTryAt), now)}, at ${breaker.nextTryAt}, other content at once`
        : `it failed ${count(streak, 'time')} in a row, and the same content may be tried again since ${ago(breaker.nextTryAt, now)}`,
    );
  else if (streak > 0) sentences.push(`it failed ${count(streak, 'time')} in a row; an issue is opened after ${threshold}`);
  return sentences.length > 0 ? sentences : ['none: no failure of a CI or service run is open'];
}
