/** Who is told of what: rooms of sockets by what they follow. Pure. */
import type { Follow, LiveEvent } from '../../wire/live-schema.ts';

/** What an event or a word of a run is about, by the ids of the database. */
export type About = Pick<LiveEvent, 'repositoryId' | 'agentId' | 'runId'>;

const EVERYTHING = 'everything';

/** The room of what somebody follows; the narrowest of what they named. */
export function roomOf({ repository, agent, run }: Omit<Follow, 'after'>): string {
  if (run !== undefined) return runRoom(run);
  if (agent !== undefined) return `agent ${agent.toLowerCase()}`;
  return repository === undefined ? EVERYTHING : `repository ${repository.toLowerCase()}`;
}

/** The rooms that are told. */
export function roomsOf({ repositoryId, agentId, runId }: About): string[] {
  return [
    EVERYTHING,
    ...(repositoryId === null ? [] : [roomOf({ repository: repositoryId })]),
    ...(agentId === null ? [] : [roomOf({ agent: agentId })]),
    ...(runId === null ? [] : [runRoom(runId)]),
  ];
}

export function runRoom(runId: string): string {
  return `run ${runId.toLowerCase()}`;
}

/** What rooms are told of some events, in their order; those that are told the same are together. `isOpen`: whether somebody is in it. */
export function byRoom<Event extends About>(
  events: readonly Event[],
  isOpen: (room: string) => boolean,
): readonly { readonly rooms: string[]; readonly events: Event[] }[] {
  const told = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    for (const room of roomsOf(event).filter(isOpen)) {
      const list = told.get(room);
      if (list === undefined) told.set(room, [index]);
      else list.push(index);
    }
  }
  // What is sent to several is put into words once.
  const same = Map.groupBy(told, ([, indexes]) => indexes.join());
  return [...same.values()].map((group) => ({
    rooms: group.map(([room]) => room),
    events: (group[0]?.[1] ?? []).flatMap((index) => events[index] ?? []),
  }));
}
