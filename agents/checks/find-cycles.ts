/** Finds cycles in a directed graph, the same ones in the same order whatever order the graph came in. */

/** Node → the nodes it points to. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const MOST_CYCLES = 100;

/**
 * Cycles that together cover every knot of the graph: each is the shortest through its smallest node once the first
 * steps of those before it are cut. Each begins with its smallest node and does not repeat it at the end.
 */
export function findCycles(graph: Graph): string[][] {
  const left = new Map([...graph].map(([node, targets]) => [node, new Set(targets)]));
  const cycles: string[][] = [];
  const waiting = knotsOf(left).sort(byFirst);
  for (let knot = waiting.shift(); knot !== undefined && cycles.length < MOST_CYCLES; knot = waiting.shift()) {
    const cycle = shortestCycle(knot[0] ?? '', new Set(knot), left);
    if (cycle === null) continue;
    cycles.push(cycle);
    left.get(cycle[0] ?? '')?.delete(cycle[1] ?? cycle[0] ?? '');
    const inside = new Map(knot.map((node) => [node, new Set([...(left.get(node) ?? [])].filter((target) => knot.includes(target)))]));
    waiting.push(...knotsOf(inside));
    waiting.sort(byFirst);
  }
  return cycles;
}

function byFirst(a: readonly string[], b: readonly string[]): number {
  return (a[0] ?? '') < (b[0] ?? '') ? -1 : 1;
}

/** The shortest way from `start` back to itself inside `knot`; of equally short ones the first by name. */
function shortestCycle(start: string, knot: ReadonlySet<string>, graph: Graph): string[] | null {
  const cameFrom = new Map<string, string>();
  for (let frontier = [start]; frontier.length > 0;) {
    const next: string[] = [];
    for (const node of frontier) {
      for (const target of [...(graph.get(node) ?? [])].sort()) {
        if (target === start) return pathTo(node, start, cameFrom);
        if (!knot.has(target) || cameFrom.has(target)) continue;
        cameFrom.set(target, node);
        next.push(target);
      }
    }
    frontier = next;
  }
  return null;
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end];
  for (let node = end; node !== start;) {
    node = cameFrom.get(node) ?? start;
    path.unshift(node);
  }
  return path;
}

/** Strongly connected components that hold a cycle (Tarjan, without recursion: graphs can be deep), each sorted. */
export function knotsOf(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const knots: string[][] = [];
  for (const root of [...graph.keys()].sort()) {
    if (index.has(root)) continue;
    const work: { node: string; targets: string[] }[] = [];
    const open = (node: string): void => {
      index.set(node, index.size);
      low.set(node, index.get(node) ?? 0);
      stack.push(node);
      onStack.add(node);
      work.push({ node, targets: [...(graph.get(node) ?? [])] });
    };
    open(root);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const target = top.targets.pop();
      if (target !== undefined) {
        if (!index.has(target)) open(target);
        else if (onStack.has(target)) low.set(top.node, Math.min(low.get(top.node) ?? 0, index.get(target) ?? 0));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low.set(parent.node, Math.min(low.get(parent.node) ?? 0, low.get(top.node) ?? 0));
      if (low.get(top.node) !== index.get(top.node)) continue;
      const knot = stack.splice(stack.lastIndexOf(top.node));
      for (const node of knot) onStack.delete(node);
      if (knot.length > 1 || graph.get(top.node)?.has(top.node) === true) knots.push(knot.sort());
    }
  }
  return knots;
}
