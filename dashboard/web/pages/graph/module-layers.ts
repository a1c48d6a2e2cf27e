/** Modules in layers: each stands below all that use it. Pure. */
import type { Edge } from '@xyflow/react';
import type { PlainNode } from './lay-out.ts';

export interface Modules {
  readonly nodes: readonly { readonly id: string; readonly name: string; readonly count: number | null }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly count: number | null }[];
}

const WIDTH = 210;
const HEIGHT = 92;

export function layOutModules({ nodes, edges }: Modules): { readonly nodes: PlainNode[]; readonly edges: Edge[] } {
  const layers = layersOf(
    nodes.map(({ id }) => id),
    edges,
  );
  const byLayer = Map.groupBy(nodes, ({ id }) => layers.get(id) ?? 0);
  const widest = Math.max(1, ...[...byLayer.values()].map(({ length }) => length));
  const placed = [...byLayer].flatMap(([layer, of]) =>
    of.map<PlainNode>(({ id, name, count }, index) => ({
      id,
      type: 'plain',
      position: { x: (index + (widest - of.length) / 2) * WIDTH, y: layer * HEIGHT },
      data: { label: count === null ? name : `${name} (${count})`, kind: 'module', outcome: null, isLit: false },
      ariaLabel: `module ${name}`,
    })),
  );
  return {
    nodes: placed,
    edges: edges.map(({ from, to, count }) => ({
      id: `${from}>${to}`,
      source: from,
      target: to,
      ...(count === null ? {} : { label: String(count) }),
      focusable: false,
    })),
  };
}

/** The longest way down to each; ways around a circle are walked once. */
export function layersOf(ids: readonly string[], edges: Modules['edges']): ReadonlyMap<string, number> {
  const users = Map.groupBy(edges, ({ to }) => to);
  const known = new Map<string, number>();
  const open = new Set<string>();
  const layerOf = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    if (open.has(id)) return -1;
    open.add(id);
    const layer = Math.max(-1, ...(users.get(id) ?? []).filter(({ from }) => from !== id).map(({ from }) => layerOf(from))) + 1;
    open.delete(id);
    known.set(id, layer);
    return layer;
  };
  ids.forEach(layerOf);
  return known;
}
