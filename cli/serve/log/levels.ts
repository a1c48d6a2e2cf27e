/** How much a service says. */
import type { UpkeepEvent } from '../../../ledger/event.ts';
import { UsageError } from '../../usage-error.ts';

/** From the least that is said to the most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** LOG_LEVEL as it stands in the environment; null: `info`. Throws UsageError. */
export function logLevelOf(text: string | null): LogLevel {
  if (text === null) return 'info';
  const level = LOG_LEVELS.find((one) => one === text.toLowerCase());
  if (level !== undefined) return level;
  throw new UsageError(`LOG_LEVEL is ${JSON.stringify(text)}: expected ${LOG_LEVELS.slice(0, -1).join(', ')} or ${LOG_LEVELS.at(-1)}`);
}

/** Whether what has a level is said where `asked` is asked for. */
export function isSaid(level: LogLevel, asked: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(asked);
}

/** What a person has to do something about is an error or a warning; what happens all day long is for who looks for a fault. */
export function levelOf({ type, data }: UpkeepEvent): LogLevel {
  switch (type) {
    case 'agent:tripped':
    case 'delivery:refused':
      return 'error';
    case 'agent:failed':
    case 'agent:retrying':
    case 'agent:slot-dropped':
    case 'agent:escalated':
      return 'warn';
    case 'agent:queued':
    case 'agent:progress':
    case 'scheduler:status':
      return 'debug';
    case 'agent:skipped':
      return data.reason === 'unchanged' || data.reason === 'not-applicable' ? 'debug' : 'info';
    default:
      return 'info';
  }
}
