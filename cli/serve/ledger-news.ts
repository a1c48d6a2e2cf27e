/** What of a clone's facts the database is to take: what is new since it was told last, and only from a ledger that can be trusted. Pure. */
import type { LookedAfterRepository } from '../../scheduler/look-after.ts';

/**
 * `told`: what it took last; null: nothing yet. `isTrusted`: whether the ledger holds all that the database knows of it; else configuration and
 * commit are told, and what the database says of agents and pauses stays.
 */
export function newsOf(wanted: LookedAfterRepository, told: LookedAfterRepository | null, isTrusted: boolean): LookedAfterRepository {
  const isNew = <Item>(item: Item, before: readonly Item[] | undefined, isSame: (other: Item) => boolean): boolean =>
    isTrusted && JSON.stringify(before?.find(isSame)) !== JSON.stringify(item);
  return {
    ...wanted,
    agents: wanted.agents.map((agent) => ({ ...agent, isNews: isNew(agent, told?.agents, ({ name }) => name === agent.name) })),
    pauses: wanted.pauses.filter((pause) => isNew(pause, told?.pauses, ({ agent }) => agent === pause.agent)),
  };
}
