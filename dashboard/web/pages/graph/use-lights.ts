/** Which edges something passes just now: lit by events and by progress, dark again after a moment. */
import { useEffect, useRef, useState } from 'react';
import type { LiveEvent } from '../../../wire/live-schema.ts';
import { onEvents } from '../../live/connection.ts';
import { edgeOf, type GraphAgent } from './lay-out.ts';

const SHINE_MS = 2_500;

export function useLights(agents: readonly GraphAgent[], repositoryId: string | undefined): ReadonlySet<string> {
  const [lights, setLights] = useState<ReadonlySet<string>>(new Set());
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    const light = (id: string): void => {
      clearTimeout(running.get(id));
      running.set(
        id,
        setTimeout(() => {
          running.delete(id);
          setLights((before) => new Set([...before].filter((other) => other !== id)));
        }, SHINE_MS),
      );
      setLights((before) => new Set([...before, id]));
    };
    const forget = onEvents((items) =>
      items
        .filter((item) => item.repositoryId === repositoryId)
        .flatMap(edgesOf)
        .forEach(light),
    );
    return () => {
      forget();
      running.forEach((timer) => clearTimeout(timer));
      running.clear();
    };
  }, [repositoryId]);
  // A check under way shines as long as it is.
  const running = agents.flatMap(({ id, check, state }) => (state === 'RUNNING' && check !== null ? [edgeOf.check(id, check)] : []));
  return running.length === 0 ? lights : new Set([...lights, ...running]);
}

/** Edges that an event passes. */
function edgesOf({ agentId, event }: LiveEvent): readonly string[] {
  if (agentId === null) return [];
  switch (event.type) {
    case 'agent:started':
      return [edgeOf.trigger(event.data.trigger, agentId)];
    case 'agent:completed':
      return event.data.commit === null ? [] : [edgeOf.branch(agentId)];
    case 'delivery:pushed':
    case 'delivery:proposed':
      return [edgeOf.branch(agentId)];
    case 'agent:escalated':
    case 'agent:escalation-closed':
      return [edgeOf.issue(agentId)];
    default:
      return [];
  }
}
