/** Title and body of the issue that an agent keeps open while it fails. Pure; nothing that comes in is read as markup. */
import type { EscalationFacts, FailedCheck } from './escalation-facts.ts';
import { escalationMarker, failName, recordLine, type EscalationRecord } from './escalation-marker.ts';
import { AGENT_TITLES, branchText, commitText, countText, findingTable, reasonText, takeWithin, timeText } from './escalation-parts.ts';
import { cell, codeBlock, codeSpan, cut, markdownLine, visibleLine, visibleText } from './markdown.ts';

/** GitHub takes 65,536; the difference is for words that grow when a secret is taken out of them. */
const LONGEST_BODY = 60_000;
const LONGEST = { titleBranch: 150, checks: 6_000, findings: 24_000, tried: 6_000, log: 15_000, runId: 100 } as const;
const MOST = { findings: 30, checks: 20, tried: 15, logLines: 150 } as const;

/** `Upkeep: QA fails on main`: stays the same while it lasts. */
export function issueTitle(facts: Pick<EscalationFacts, 'agent' | 'branch' | 'kind'>): string {
  const verb = facts.kind === 'code' ? 'fails' : 'cannot be carried out';
  // No markup is read in titles, but a name in one still calls people.
  const branch = visibleLine(facts.branch, LONGEST.titleBranch).replaceAll('@', '@\u2060');
  return `Upkeep: ${AGENT_TITLES[facts.agent]} ${verb} on ${branch}`;
}

/** The body: at most 65,536 characters, the marker its first line, the record its second. */
export function issueBody(facts: EscalationFacts): string {
  const { findings, counts, commit, webUrl } = facts;
  const table = findingTable(findings, {
    commit,
    webUrl,
    most: MOST.findings,
    budget: LONGEST.findings,
    total: counts.errors + counts.warnings,
  });
  const before = [
    escalationMarker(facts),
    recordLine(recordOf(facts)),
    headline(facts),
    ...section('What fails', checkTable(facts.checks)),
    ...section(`Findings: ${countText(counts.errors, 'error')}, ${countText(counts.warnings, 'warning')}`, table),
    ...section('Reproduce it', [
      `In any clone that has ${commitText(commit, webUrl)}; it changes nothing:`,
      '',
      codeBlock(cut(facts.command, 1000), 'sh'),
    ]),
    ...section('What was tried', bullets(facts.tried)),
  ];
  const after = footer(facts);
  const used = [...before, ...after].join('\n').length;
  return [...before, ...logBlock(facts.log, Math.min(LONGEST.log, LONGEST_BODY - used)), ...after].join('\n');
}

/** What the body says for programs. */
export function recordOf(facts: EscalationFacts): EscalationRecord {
  const errors = facts.findings.filter((finding) => finding.severity === 'error');
  return {
    run: facts.run.id.slice(0, LONGEST.runId),
    attempt: facts.run.attempt,
    sequence: facts.run.sequence,
    digest: facts.digest,
    since: facts.since.at,
    fails: errors.map((finding) => failName(finding.fingerprint)),
    ended: null,
  };
}

/** The body of an issue with another record: what it says stays as it is. A body without one gets none. */
export function withRecord(body: string, record: EscalationRecord): string {
  const [marker = '', second = '', ...rest] = body.split('\n');
  return second.startsWith('<!-- upkeep:record ') ? [marker, recordLine(record), ...rest].join('\n') : body;
}

function headline(facts: EscalationFacts): string {
  const { agent, branch, kind, streak, since, reason, webUrl } = facts;
  const start = `since ${since.commit === null ? '' : `${commitText(since.commit, webUrl)}, `}${timeText(since.at)}`;
  if (kind === 'operation') {
    const why = reason === null ? '' : ` Why: ${reasonText(reason)}.`;
    return (
      `**${AGENT_TITLES[agent]}** could not be carried out on ${branchText(branch)} ${start}.${why} ` +
      `It was tried until its retries were used up and is now out of the schedule: \`agent retry ${agent}\` brings it back.`
    );
  }
  const often = streak > 1 ? `has failed ${streak} times in a row` : 'has failed';
  return `**${AGENT_TITLES[agent]}** ${often} on ${branchText(branch)}, ${start}.`;
}

function checkTable(checks: readonly FailedCheck[]): string[] {
  const rows = takeWithin(
    checks.slice(0, MOST.checks).map(({ title, outcome, reason, command }) => {
      const words = outcome === 'failed' ? 'failed' : `could not be carried out${reason === null ? '' : `: ${reasonText(reason)}`}`;
      return `| ${markdownLine(title, 100)} | ${words} | ${command === null ? '' : cell(codeSpan(command, 200))} |`;
    }),
    LONGEST.checks,
  );
  return rows.length === 0 ? [] : ['| check | outcome | its command |', '| --- | --- | --- |', ...rows];
}

function bullets(sentences: readonly string[]): string[] {
  return takeWithin(
    sentences.slice(0, MOST.tried).map((sentence) => `- ${markdownLine(sentence, 300)}`),
    LONGEST.tried,
  );
}

/** The end of the log, whole lines where it can be. */
function logBlock(log: string, budget: number): string[] {
  const frame = 200;
  // Signs that are made visible grow: only the end is looked at, and cut after that.
  const lines = visibleText(log.slice(-4 * LONGEST.log))
    .trimEnd()
    .split('\n')
    .slice(-MOST.logLines);
  const text = lines.join('\n');
  const room = budget - frame;
  if (text.trim() === '' || room <= 0) return [];
  const tail = endOf(text, room);
  const grown = codeBlock(tail, 'text').length - tail.length;
  return ['', '<details><summary>The end of the log</summary>', '', codeBlock(endOf(text, room - grown), 'text'), '', '</details>'];
}

/** At most `limit` characters from the end, beginning with a whole line where one is near. */
function endOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.slice(text.length - Math.max(0, limit));
  const first = end.indexOf('\n');
  return first < 0 || first > 1000 ? end : end.slice(first + 1);
}

function footer({ agent, run }: EscalationFacts): string[] {
  const page = run.url !== null && /^https?:\/\/[\w.:/%-]+$/.test(run.url) ? run.url : null;
  return [
    '',
    '---',
    '',
    `Upkeep keeps this issue up to date and closes it when ${AGENT_TITLES[agent]} succeeds. Closed by hand, it stays closed until then.` +
      `${page === null ? '' : ` [The run](${page}).`} ` +
      `People with write access may comment \`/agent retry ${agent}\`, \`/agent pause ${agent}\` or \`/agent why ${agent}\`.`,
    '',
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines];
}
