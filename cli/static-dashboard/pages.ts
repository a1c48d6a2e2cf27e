/** The pages themselves. Pure: facts in, files out. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import { eventLine } from '../reporters/plain-lines.ts';
import { count, duration, REASON_WORDS } from '../wording.ts';
import { listedRuns, type AgentFacts, type StaticFacts } from './gather.ts';
import { html, type Html } from './html.ts';
import { commit, link, moment, outcome, page, sparkline, table } from './parts.ts';
import { STYLE } from './style.ts';

export interface StaticFile {
  readonly path: string;
  readonly contents: string;
}

/** All files of the static dashboard, none of which needs a server. */
export function staticPages(facts: StaticFacts): StaticFile[] {
  return [
    { path: 'index.html', contents: page('index.html', facts, overview(facts)) },
    { path: 'runs.html', contents: page('runs.html', facts, runs(facts)) },
    { path: 'findings.html', contents: page('findings.html', facts, findings(facts)) },
    { path: 'events.html', contents: page('events.html', facts, events(facts)) },
    { path: 'style.css', contents: STYLE },
    { path: 'ledger.json', contents: `${JSON.stringify(asData(facts), null, 2)}\n` },
    { path: 'events.jsonl', contents: facts.events.map((event) => `${JSON.stringify(event)}\n`).join('') },
  ];
}

function overview(facts: StaticFacts): Html {
  const { agents } = facts;
  const open = agents.flatMap(({ status, escalations }) => escalations.map((escalation) => ({ ...escalation, agent: status.agent })));
  const commits = listedRuns(facts).filter((run) => run.commit !== null);
  return html`<div class="cards">${agents.map(card)}</div>
    <h2>Open escalations</h2>
    ${table(
      ['agent', 'issue', 'since', 'what'],
      open.map(
        ({ agent, number, url, since, kind }) =>
          html`<tr>
            <td>${agent}</td>
            <td>${link(url, number === null ? 'GitHub took none' : `#${number}`)}</td>
            <td>${moment(since)}</td>
            <td>${kind === 'code' ? 'errors are left' : 'could not be carried out'}</td>
          </tr>`,
      ),
      'Nothing is escalated: no failure of a CI or service run is open.',
    )}
    <h2>Last commits</h2>
    ${table(
      ['commit', 'agent', 'when', 'fixed'],
      commits.slice(0, 10).map(
        (run) =>
          html`<tr>
            <td>${commit(run.commit, facts)}</td>
            <td>${run.agent}</td>
            <td>${moment(run.at)}</td>
            <td class="number">${run.fixed}</td>
          </tr>`,
      ),
      'No agent has committed anything on this branch yet.',
    )}`;
}

function card({ status, runs: last }: AgentFacts): Html {
  const { agent, state, last: newest, errors, warnings, streak } = status;
  const left = [errors > 0 ? count(errors, 'error') : [], warnings > 0 ? count(warnings, 'warning') : []].flat().join(', ');
  const held = status.pausedBy === null ? status.inError : `paused by ${status.pausedBy}`;
  return html`<section class="card" aria-labelledby="agent-${agent}">
    <h2 id="agent-${agent}">${agent} <span class="state ${state}">${state.toLowerCase()}</span></h2>
    ${sparkline(last)}
    <p>
      ${newest === null ? html`<span class="dim">it never ran on this branch</span>` : html`${outcome(newest.outcome as 'passed')} ${moment(newest.at)}`}${left === '' ? null : html` – ${left} left`}
    </p>
    ${streak > 0 ? html`<p>failed ${count(streak, 'time')} in a row${status.nextTryAt === null ? null : html`; the same content is tried again after ${status.nextTryAt.slice(0, 16).replace('T', ' ')} UTC`}</p>` : null}
    ${held === null ? null : html`<p>${held}</p>`}
  </section>`;
}

function runs(facts: StaticFacts): Html {
  const rows = listedRuns(facts).map(
    (run) =>
      html`<tr>
        <td>${moment(run.at)}</td>
        <td>${run.agent}</td>
        <td>${outcome(run.outcome)}${run.reason === null ? null : html` <span class="dim">${REASON_WORDS[run.reason]}</span>`}</td>
        <td>${run.trigger ?? '–'}</td>
        <td class="number">${duration(run.durationMs)}</td>
        <td class="number">${run.errors}</td>
        <td class="number">${run.warnings}</td>
        <td class="number">${run.fixed}</td>
        <td>${commit(run.commit, facts)}</td>
      </tr>`,
  );
  return table(
    ['ended', 'agent', 'outcome', 'trigger', 'time', 'errors', 'warnings', 'fixed', 'commit'],
    rows,
    'No run is remembered: agent run makes the first.',
  );
}

function findings({ agents }: StaticFacts): Html {
  const rows = agents.flatMap(({ status, findings: all }) =>
    all.map(
      ({ path, line, rule, severity, message, check }) =>
        html`<tr>
          <td>${severity}</td>
          <td>${status.agent}</td>
          <td><code>${path === null ? 'the repository' : `${path}${line === null ? '' : `:${line}`}`}</code></td>
          <td>${message}</td>
          <td><code>${rule}</code> <span class="dim">${check}</span></td>
        </tr>`,
    ),
  );
  return html`<p class="dim">What the newest run of each agent left; the ledger keeps at most 50 of each.</p>
    ${table(['severity', 'agent', 'where', 'what', 'rule'], rows, 'Nothing is left: the newest run of each agent found nothing that it did not repair.')}`;
}

function events({ events: all }: StaticFacts): Html {
  const rows = all.map(
    (event) =>
      html`<tr>
        <td>${moment(event.time)}</td>
        <td><code>${event.type}</code></td>
        <td>${textOf(event)}</td>
        <td class="dim">${event.source}</td>
      </tr>`,
  );
  return table(['when', 'type', 'what', 'from'], rows, 'Nothing is recorded yet.');
}

function textOf(event: UpkeepEvent): string {
  return (eventLine(event) ?? event.data.agentId ?? 'upkeep').replace(/ +/, ' ');
}

function asData({ repository, branch, madeAt, agents }: StaticFacts): object {
  return {
    ...{ schemaVersion: 1, repository, branch, madeAt: madeAt.toISOString() },
    agents: agents.map(({ status, ...rest }) => ({ ...status, ...rest })),
  };
}
