/** An event in a few words. Pure. */
import type { UpkeepEvent } from '../../../../ledger/event.ts';
import { plural, shortSha } from '../../format/text.ts';
import { duration, exact } from '../../format/time.ts';

export function eventWords(event: UpkeepEvent): string {
  switch (event.type) {
    case 'agent:queued':
      return `${event.data.priority.toLowerCase()} priority`;
    case 'agent:started':
      return `attempt ${event.data.attempt}, ${event.data.trigger}, on ${shortSha(event.data.base)}`;
    case 'agent:progress':
      return `${Math.round(event.data.progress * 100)} % ${event.data.message}`;
    case 'agent:completed': {
      const { outcome, durationMs, fixed, warnings } = event.data;
      const parts = [fixed > 0 ? `${fixed} fixed` : null, warnings > 0 ? plural(warnings, 'warning') : null, duration(durationMs)];
      return `${outcome}: ${parts.filter((part) => part !== null).join(', ')}`;
    }
    case 'agent:failed': {
      const { outcome, errors, error, durationMs } = event.data;
      return `${outcome}: ${outcome === 'failed' ? plural(errors, 'error') : error.message}, ${duration(durationMs)}`;
    }
    case 'agent:retrying':
      return `${event.data.reason}: attempt ${event.data.attempt} follows`;
    case 'agent:skipped':
      return event.data.reason;
    case 'agent:cancelled':
      return `by ${event.data.by}`;
    case 'agent:paused':
    case 'agent:resumed':
    case 'agent:recovered':
    case 'agent:tripped':
      return `by ${event.data.by}${event.data.reason === null ? '' : `: ${event.data.reason}`}`;
    case 'agent:escalated':
    case 'agent:escalation-closed':
      return `${event.data.kind}${event.data.number === null ? '' : ` #${event.data.number}`}, streak ${event.data.streak}`;
    case 'agent:scheduled':
      return `${event.data.cron} ${event.data.zone} by ${event.data.by}`;
    case 'agent:slot-dropped':
      return `${exact(Date.parse(event.data.nominalTime))} is left out: ${event.data.reason.replaceAll('-', ' ')}`;
    case 'delivery:pushed':
    case 'delivery:proposed':
    case 'delivery:withdrawn':
    case 'delivery:kept':
    case 'delivery:refused':
    case 'delivery:undone': {
      const { commits, ref, reason } = event.data;
      return `${plural(commits.length, 'commit')}, ${ref}${reason === null ? '' : `: ${reason}`}`;
    }
    case 'scheduler:keyed':
      return `commit ${shortSha(event.data.commit)}`;
    case 'scheduler:status':
      return `${event.data.running} running, ${event.data.queued} queued`;
  }
}
