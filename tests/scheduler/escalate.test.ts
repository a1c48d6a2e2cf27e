import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../ledger/event.ts';
import { emptyState } from '../../ledger/fold.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { closedByPeople } from '../../scheduler/closed-by-people.ts';
import type { EscalateRequest, Plan } from '../../scheduler/escalate.ts';
import { heldSentence } from '../../scheduler/held-sentence.ts';
import { after, green, inError, OWN_COMMIT, plan, red, told } from '../support/escalation-history.ts';
import { at, common, failed, finding, originAt, tripped } from '../support/ledger-events.ts';

/** `open backend@main code`. */
function words(plans: readonly Plan[]): string[] {
  return plans.map((one) => {
    if (one.action === 'hold') return `hold ${one.agent}@${one.branch} ${one.kind}: ${one.why}`;
    const { agent, branch, kind } = one.action === 'close' ? one.ask : one.facts;
    return `${one.action} ${agent}@${branch} ${kind}${one.action === 'close' ? `: ${one.ask.how}` : ''}`;
  });
}

const policy = { threshold: 2, branches: [] as string[], quietHours: null, maxOpenIssues: 10 };
const night = { from: '10:30', to: '11:30', timeZone: 'UTC' };
const isRed = after(emptyState(), ...red());
const isTold = told(isRed, 7);
const other = { findings: [finding('another')], errors: 1, key: 'other' };

describe('what people are told', () => {
  it.each<[string, LedgerState, Partial<EscalateRequest>, string[]]>([
    ['nothing of the first failure', after(emptyState(), failed({ minutes: 1 })), {}, []],
    ['an issue after the second failure in a row', isRed, {}, ['open backend@main code']],
    ['nothing by a laptop', isRed, { speaks: false }, []],
    ['nothing while it is as they were told', after(isTold, failed({ minutes: 9 })), {}, []],
    ['what fails now, when that is something else', after(isTold, failed({ ...other, minutes: 9 })), {}, ['update backend@main code']],
    ['that it passes again', after(isTold, green(9)), {}, ['close backend@main code: passed']],
    ['that it was repaired', after(isTold, green(9, { outcome: 'fixed', commit: OWN_COMMIT })), {}, ['close backend@main code: repaired']],
    ['of a second red after a green that nobody was told of', after(isTold, green(9), ...red(11)), {}, ['update backend@main code']],
    ['nothing of a green that followed a red in silence', after(isRed, green(9)), {}, []],
    ['nothing of a branch that is not named', after(emptyState(), ...red(1, { branch: 'next' })), {}, []],
    [
      'of a branch that is named',
      after(emptyState(), ...red(1, { branch: 'next' })),
      { policy: { ...policy, branches: ['next'] } },
      ['open backend@next code'],
    ],
    ['only of named branches while the default one is not known', isRed, { defaultBranch: null }, []],
    ['that a branch is left when it is not looked after any more', isTold, { defaultBranch: 'trunk' }, ['close backend@main code: left']],
    [
      'nothing of leaving for a day after GitHub would not close it',
      after(
        isTold,
        makeEvent('agent:escalation-closed', { ...common(), number: 7, url: null, kind: 'code', streak: 0, refused: true }, originAt(50)),
      ),
      { defaultBranch: 'trunk' },
      ['hold backend@main code: refused'],
    ],
    ['nothing of leaving while the default branch is not known', isTold, { defaultBranch: null }, []],
    ['that an agent was turned off', isTold, { off: { branch: 'main', agents: ['backend'] } }, ['close backend@main code: off']],
    ['nothing of an agent that is turned off elsewhere', isTold, { off: { branch: 'next', agents: ['backend'] } }, []],
    ['nothing of an agent that is turned off and has no issue', isRed, { off: { branch: 'main', agents: ['backend'] } }, []],
    [
      'that it passes, when it was turned off after it passed',
      after(isTold, green(9)),
      { off: { branch: 'main', agents: ['backend'] } },
      ['close backend@main code: passed'],
    ],
    ['nothing before a higher threshold', isRed, { policy: { ...policy, threshold: 3 } }, []],
    ['at a higher threshold', after(isRed, failed({ minutes: 5 })), { policy: { ...policy, threshold: 3 } }, ['open backend@main code']],
    [
      'what changed in an issue that is open below a higher threshold',
      after(isTold, failed({ ...other, minutes: 9 })),
      { policy: { ...policy, threshold: 9 } },
      ['update backend@main code'],
    ],
    ['of an agent that cannot be carried out', after(emptyState(), ...inError()), {}, ['open backend@main operation']],
    ['of both kinds apart', after(isRed, ...inError(5)), {}, ['open backend@main code', 'open backend@main operation']],
    [
      'another reason of the same ERROR as an update',
      after(
        told(after(emptyState(), ...inError()), 8, { kind: 'operation' }),
        tripped({ minutes: 9, kind: 'operation', reason: 'timeout' }),
      ),
      {},
      ['update backend@main operation'],
    ],
    [
      'nothing when a person only brings it back into the schedule',
      after(
        told(after(emptyState(), ...inError()), 8, { kind: 'operation' }),
        makeEvent('agent:resumed', { ...common('backend', '', ''), by: 'ada', reason: null, nextRunAt: null }, originAt(9)),
      ),
      {},
      [],
    ],
    [
      'that it can be carried out again, red as it is',
      after(told(after(emptyState(), ...inError()), 8, { kind: 'operation' }), failed({ minutes: 9 })),
      {},
      ['close backend@main operation: carried-out'],
    ],
    ['nothing again of an issue that GitHub would not take', told(isRed, null, { minutes: 3 }), {}, ['hold backend@main code: refused']],
    ['a day later of an issue that GitHub would not take', told(isRed, null), { now: at(3 + 24 * 60) }, ['open backend@main code']],
    [
      'at once of an issue that GitHub would not take, when something else fails',
      after(told(isRed, null), failed({ ...other, minutes: 9 })),
      {},
      ['open backend@main code'],
    ],
    [
      'nothing in quiet hours',
      after(isTold, green(9), ...red(1, { agentId: 'docs' })),
      { policy: { ...policy, quietHours: night } },
      ['hold backend@main code: quiet-hours', 'hold docs@main code: quiet-hours'],
    ],
    ['everything after them', isRed, { now: at(90), policy: { ...policy, quietHours: night } }, ['open backend@main code']],
    [
      'of the first few only, those that have waited longest, where there are many',
      after(emptyState(), ...red(1, { agentId: 'qa' }), ...red(4), ...red(7, { agentId: 'docs' })),
      { policy: { ...policy, maxOpenIssues: 2 } },
      ['open qa@main code', 'open backend@main code', 'hold docs@main code: too-many'],
    ],
    [
      'of one more when one is closed',
      after(isTold, ...red(3, { agentId: 'qa' }), ...red(6, { agentId: 'docs' }), green(20)),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['close backend@main code: passed', 'open qa@main code', 'hold docs@main code: too-many'],
    ],
    [
      'of another one when a person closed an issue of something that still fails',
      after(isTold, ...red(3, { agentId: 'docs' }), ...closedByPeople(isTold, new Set([8]), originAt(50))),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['open docs@main code'],
    ],
    [
      'of no more than are allowed while the issue is open',
      after(isTold, ...red(3, { agentId: 'docs' }), ...closedByPeople(isTold, new Set([7, 8]), originAt(50))),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['hold docs@main code: too-many'],
    ],
    [
      'of the default branch before others',
      after(emptyState(), ...red(1, { branch: 'next' }), ...red(4)),
      { policy: { ...policy, branches: ['next'], maxOpenIssues: 1 } },
      ['open backend@main code', 'hold backend@next code: too-many'],
    ],
    [
      'what changed, however many issues there are',
      after(isTold, failed({ ...other, minutes: 9 })),
      { policy: { ...policy, maxOpenIssues: 1 } },
      ['update backend@main code'],
    ],
  ])('%s', (...[, state, change, expected]) => {
    expect(words(plan(state, change))).toEqual(expected);
  });

  it('names what waits in one sentence', () => {
    const state = after(emptyState(), ...red(1, { agentId: 'qa' }), ...red(4), ...inError(7, 'network', { agentId: 'docs' }));
    const many = { ...policy, maxOpenIssues: 1 };
    expect(heldSentence(plan(state, { policy: many }), many)).toBe(
      'no issue for backend on main, docs on main (operation): at most 1 are open at once (scheduler.escalation.maxOpenIssues)',
    );
    const quiet = { ...policy, quietHours: night };
    expect(heldSentence(plan(isRed, { policy: quiet }), quiet)).toBe('nobody is told of backend on main before 11:30 UTC');
    expect(heldSentence(plan(isRed), policy)).toBeNull();
  });
});
