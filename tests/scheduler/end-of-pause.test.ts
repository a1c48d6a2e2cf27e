import { describe, expect, it } from 'vitest';
import { layer } from '../../ledger/layer.ts';
import { agentKey, emptyAgentState, emptyState, type LedgerState, type Pause } from '../../ledger/state.ts';
import { endOfPause, resumeCommands } from '../../scheduler/end-of-pause.ts';

const now = new Date('2026-01-02T12:00:00Z');

function pause(until: string | null = null): Pause {
  return { by: 'ada', reason: null, since: '2026-01-02T11:00:00.000Z', until };
}

function paused(by: { all?: Pause; one?: Pause; there?: Pause }): LedgerState {
  return {
    ...emptyState(),
    paused: { ...(by.all && { '*': by.all }), ...(by.one && { qa: by.one }) },
    agents: { [agentKey('qa', "a'b")]: { ...emptyAgentState(), pausedBy: by.there ?? null } },
  };
}

function commands(shared: LedgerState, local: LedgerState): string[] {
  return resumeCommands({ agent: 'qa', branch: "a'b", state: layer(shared, local), shared, now });
}

describe('a pause', () => {
  it('is ended where it was begun, by the command that ends all that holds there', () => {
    const none = paused({});
    expect(commands(none, none)).toEqual([]);
    expect(commands(none, paused({ all: pause(), one: pause() }))).toEqual(['agent resume']);
    expect(commands(none, paused({ one: pause(), there: pause() }))).toEqual(['agent resume qa']);
    expect(commands(none, paused({ there: pause() }))).toEqual([`agent resume qa --branch 'a'\\''b'`]);
    expect(commands(paused({ all: pause() }), none)).toEqual(['agent resume --shared']);
    expect(commands(paused({ there: pause() }), none)).toEqual([`agent resume qa --branch 'a'\\''b' --shared`]);
  });

  it('takes two commands where this clone and everyone hold one, and none when it has ended by itself', () => {
    const both = [paused({ one: pause() }), paused({ all: pause(), one: pause() })] as const;
    expect(commands(...both)).toEqual(['agent resume', 'agent resume qa --shared']);
    expect(commands(paused({ all: pause(now.toISOString()) }), paused({}))).toEqual([]);
  });

  it('is of this clone where nothing is known to be shared', () => {
    expect(endOfPause({ agent: 'qa', branch: 'main', state: paused({ all: pause() }), now }, '`')).toBe('`agent resume` ends');
  });
});
