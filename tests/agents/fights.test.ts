import { describe, expect, it } from 'vitest';
import { refusedChanges } from '../../agents/fights.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const nothing = { written: [], undone: [], isTip: false, isForced: false };

describe('refusedChanges', () => {
  it('lets a change through that nobody made before', () => {
    expect(refusedChanges([{ path: 'x', from: A, to: B }], nothing)).toEqual([]);
  });

  it('names the agent that changed the file away from the content it would return to', () => {
    const written = [
      {
        path: 'x',
        states: [
          { blob: B, agent: 'backend' as const },
          { blob: A, agent: null },
        ],
      },
    ];
    expect(refusedChanges([{ path: 'x', from: B, to: A }], { ...nothing, written })).toEqual([
      { path: 'x', why: 'backend changed it away from exactly this content: two fixers undo each other', mayForce: false },
    ]);
  });

  it('lets an agent go on from its own last state', () => {
    const written = [
      {
        path: 'x',
        states: [
          { blob: B, agent: 'backend' as const },
          { blob: A, agent: null },
        ],
      },
    ];
    expect(refusedChanges([{ path: 'x', from: B, to: C }], { ...nothing, written })).toEqual([]);
  });

  it('does not make again what a person undid', () => {
    expect(refusedChanges([{ path: 'x', from: A, to: B }], { ...nothing, undone: [{ path: 'x', blob: B }] })).toEqual([
      { path: 'x', why: 'a person undid exactly this change', mayForce: true },
    ]);
    const forced = { ...nothing, undone: [{ path: 'x', blob: B }], isForced: true };
    expect(refusedChanges([{ path: 'x', from: A, to: B }], forced)).toEqual([]);
  });
});
