/** Fire times as marks on lanes, and the hours above them. Pure. */

interface Fire {
  readonly agentId: string;
  readonly agent: string;
  readonly repository: { readonly name: string };
  /** ISO 8601. */
  readonly at: string;
}

export interface Lane {
  readonly key: string;
  readonly agent: string;
  readonly repository: string;
  /** `x` from 0 to 1000, `at` in milliseconds since 1970. */
  readonly marks: readonly { readonly at: number; readonly x: number }[];
}

/** A lane for each agent that fires between `from` and `to`, in the order of repositories and names. */
export function lanesOf(fires: readonly Fire[], from: number, to: number): readonly Lane[] {
  const byAgent = Map.groupBy(fires, ({ agentId }) => agentId);
  const lanes = [...byAgent].flatMap(([key, of]) => {
    const [first] = of;
    const marks = of
      .map(({ at }) => Date.parse(at))
      .filter((at) => at >= from && at < to)
      .map((at) => ({ at, x: Math.round(((at - from) / (to - from)) * 998) }));
    return first === undefined || marks.length === 0 ? [] : [{ key, agent: first.agent, repository: first.repository.name, marks }];
  });
  return lanes.sort((a, b) => a.repository.localeCompare(b.repository) || a.agent.localeCompare(b.agent));
}

/** Where the clock shows a full hour, or a full step of it, between `from` and `to`. `left` from 0 to 100. */
export function ticksOf(from: number, to: number, stepMinutes: number): readonly { readonly at: number; readonly left: number }[] {
  const step = stepMinutes * 60_000;
  // Hours of the clock on the wall: there are zones that are half an hour off.
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const count = Math.max(0, Math.ceil((to - first) / step));
  return Array.from({ length: count }, (_, index) => first + index * step).map((at) => ({ at, left: ((at - from) / (to - from)) * 100 }));
}
