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

/** What each room is told of some events, in their order. `isOpen`: whether somebody is in it. */
export function byRoom<Event extends About>(events: readonly Event[], isOpen: (room: string) => boolean): ReadonlyMap<string, Event[]> {
  const told = new Map<string, Event[]>();
  for (const event of events) {
    for (const room of roomsOf(event).filter(isOpen)) {
      const list = told.get(room);
      if (list === undefined) told.set(room, [event]);
      else list.push(event);
    }
  }
  return told;
}
