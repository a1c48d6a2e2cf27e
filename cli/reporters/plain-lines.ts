/** One line an event, for CI logs, pipes and files; with log groups of what tools said where the service folds them. */
import type { AgentRunReport, RunReport } from '../../agents/run-report.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { count, DROP_WORDS, duration, OUTCOME_WORDS, REASON_WORDS, shortSha } from '../wording.ts';
import { plainLine, plainText } from './plain-text.ts';
import type { Reporter } from './reporter.ts';
import { agentSentence } from './summary.ts';

/** Where lines go and how. */
export interface LinePrinter {
  print(text: string): void;
  /** GitHub's `::group::`, or null where logs are not folded. */
  readonly groups: boolean;
  summary(report: RunReport): string;
}

export function openPlainLines(printer: LinePrinter): Reporter {
  return {
    onEvent(event) {
      const line = eventLine(event);
      if (line !== null) printer.print(`${line}\n`);
    },
    finish(report) {
      if (printer.groups) for (const run of report.runs) printer.print(groupOf(run));
      printer.print(printer.summary(report));
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

/** An event as one line, or null for one that people need not see. */
export function eventLine(event: UpkeepEvent): string | null {
  const agent = event.data.agentId ?? 'upkeep';
  const say = (text: string): string => `${agent.padEnd(12)}  ${plainLine(text)}`;
  switch (event.type) {
    case 'agent:started':
      return say(`started: ${event.data.checks.join(', ') || 'no check applies'}`);
    case 'agent:progress':
      if (event.data.check === null) return say(event.data.message);
      return event.data.outcome === null
        ? say(`${event.data.check}: ${event.data.message}`)
        : say(
            `${event.data.check} ${OUTCOME_WORDS[event.data.outcome]}${event.data.message === '' ? '' : ` – ${event.data.message}`}${event.data.durationMs === null ? '' : ` (${duration(event.data.durationMs)})`}`,
          );
    case 'agent:completed':
    case 'agent:failed':
      return say(settledText(event.data));
    case 'agent:skipped':
      return say(`skipped – ${REASON_WORDS[event.data.reason]}`);
    case 'agent:cancelled':
      return say(`cancelled by ${event.data.by}`);
    case 'agent:retrying':
      return say(`tries again at ${event.data.nextAttemptAt}: ${REASON_WORDS[event.data.reason]}`);
    case 'agent:paused':
      return say(
        `paused by ${event.data.by}${event.data.nextRunAt === null ? '' : ` until ${event.data.nextRunAt}`}${because(event.data.reason)}`,
      );
    case 'agent:resumed':
      return say(`resumed by ${event.data.by}${because(event.data.reason)}`);
    case 'agent:escalated':
    case 'agent:escalation-closed':
      return say(`issue ${event.type === 'agent:escalated' ? 'opened' : 'closed'}: ${event.data.url ?? `#${event.data.number ?? '?'}`}`);
    case 'agent:slot-dropped':
      return say(
        `slot of ${event.data.nominalTime.slice(0, 16).replace('T', ' ')} UTC dropped: ${DROP_WORDS[event.data.reason] ?? event.data.reason}`,
      );
    case 'agent:tripped':
      return say(`failed ${count(event.data.streak, 'time')} in a row: ${reasonWords(event.data.reason)}`);
    case 'agent:recovered':
      return say(`recovered${event.data.commit === null ? '' : ` with ${shortSha(event.data.commit)}`}`);
    case 'delivery:pushed':
    case 'delivery:proposed':
    case 'delivery:withdrawn':
    case 'delivery:kept':
    case 'delivery:refused':
    case 'delivery:undone':
      return event.data.commits.length === 0 && event.data.reason === null ? null : say(deliveryText(event));
    default:
      return null;
  }
}

function deliveryText({ type, data }: Extract<UpkeepEvent, { type: `delivery:${string}` }>): string {
  const verb = type === 'delivery:pushed' && data.mode === 'local' ? 'delivered' : type.replace('delivery:', '');
  const where = 'url' in data && data.url !== undefined && data.url !== null ? data.url : data.ref;
  const what = type === 'delivery:withdrawn' ? '' : `${count(data.commits.length, 'commit')}, `;
  return `${verb}: ${what}${where}${because(data.reason)}`;
}

/** A reason of the closed list in words; anything else is somebody's own. */
function reasonWords(reason: string): string {
  return (REASON_WORDS as Readonly<Record<string, string | undefined>>)[reason] ?? reason;
}

function because(reason: string | null): string {
  return reason === null ? '' : ` – ${reason}`;
}

function settledText(data: Extract<UpkeepEvent, { type: 'agent:completed' | 'agent:failed' }>['data']): string {
  const counts = [
    data.fixed > 0 ? `${data.fixed} fixed` : '',
    data.errors > 0 ? count(data.errors, 'error') : '',
    data.warnings > 0 ? count(data.warnings, 'warning') : '',
  ].filter((text) => text !== '');
  const reason = data.reason === null ? '' : ` – ${REASON_WORDS[data.reason]}`;
  return `${OUTCOME_WORDS[data.outcome]}${reason}${counts.length > 0 ? `: ${counts.join(', ')}` : ''} (${duration(data.durationMs)})`;
}

function groupOf(run: AgentRunReport): string {
  const spoken = run.checks.filter((check) => check.log.trim() !== '');
  if (spoken.length === 0) return '';
  const logs = spoken.map(
    (check) =>
      `--- ${plainLine(check.title)}${check.command === null ? '' : `: ${plainLine(check.command)}`}\n${plainText(check.log).trimEnd()}\n`,
  );
  return `::group::${plainLine(`${run.agent}: ${agentSentence(run)}`)}\n${logs.join('')}::endgroup::\n`;
}
