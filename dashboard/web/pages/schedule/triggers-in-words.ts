/** What may start an agent, in few words. Pure. */
import { TRIGGER_FILTERS } from '../../search.ts';

/** All of them are `any`. */
export function triggersInWords(triggers: readonly string[]): string {
  if (triggers.length === 0) return 'none';
  return TRIGGER_FILTERS.every((trigger) => triggers.includes(trigger)) ? 'any' : triggers.join(', ');
}
