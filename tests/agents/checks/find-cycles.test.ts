import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycles } from '../../../agents/checks/find-cycles.ts';

const graph = (edges: readonly (readonly [string, string])[]): Map<string, Set<string>> => {
  const nodes = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    nodes.set(from, (nodes.get(from) ?? new Set()).add(to));
    nodes.set(to, nodes.get(to) ?? new Set());
  }
  return nodes;
};

describe('cycles of a graph', () => {
  it('finds none in a tree, and one in a ring', () => {
    expect(
      findCycles(
        graph([
          ['a', 'b'],
          ['a', 'c'],
          ['b', 'd'],
          ['c', 'd'],
        ]),
      ),
    ).toEqual([]);
    expect(
      findCycles(
        graph([
          ['c', 'a'],
          ['b', 'c'],
          ['a', 'b'],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']]);
    expect(findCycles(graph([['a', 'a']]))).toEqual([['a']]);
  });

  it('tells the two cycles that share a module, and separate knots', () => {
    expect(
      findCycles(
        graph([
          ['a', 'b'],
          ['b', 'a'],
          ['b', 'c'],
          ['c', 'b'],
          ['x', 'y'],
          ['y', 'x'],
        ]),
      ),
    ).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['x', 'y'],
    ]);
  });

  it('survives a very long chain', () => {
    const chain = Array.from({ length: 20_000 }, (_, at): [string, string] => [`n${at}`, `n${(at + 1) % 20_000}`]);
    expect(findCycles(graph(chain))[0]).toHaveLength(20_000);
  });

  const edges = fc.array(fc.tuple(fc.constantFrom(...'abcdefgh'), fc.constantFrom(...'abcdefgh')), { maxLength: 30 });

  it('gives the same answer whatever order the edges come in', () => {
    fc.assert(
      fc.property(edges, fc.infiniteStream(fc.nat()), (list, random) => {
        const shuffled = list
          .map((edge) => ({ edge, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ edge }) => edge);
        expect(findCycles(graph(shuffled))).toEqual(findCycles(graph(list)));
      }),
    );
  });

  it('tells only real cycles, and leaves none once their first steps are cut', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const nodes = graph(list);
        const cycles = findCycles(nodes);
        for (const cycle of cycles) {
          cycle.forEach((node, at) => expect(nodes.get(node)?.has(cycle[(at + 1) % cycle.length] ?? '')).toBe(true));
          expect(cycle[0]).toBe([...cycle].sort()[0]);
        }
        for (const [first = '', second = first] of cycles) nodes.get(first)?.delete(second);
        expect(findCycles(nodes)).toEqual([]);
      }),
    );
  });
});
