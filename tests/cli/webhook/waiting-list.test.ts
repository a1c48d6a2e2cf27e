/** Webhooks that failed for a passing reason wait, and keep nobody waiting but what depends on them. */
import { describe, expect, it } from 'vitest';
import { createWaitingList, growingPause } from '../../../cli/webhook/waiting-list.ts';
import type { InboxItem } from '../../../cli/webhook/inbox.ts';
import type { WebhookTrigger } from '../../../github/webhooks/trigger.ts';

const common = { repository: { fullName: 'acme/site', defaultBranch: 'main' }, sender: 'ada', installationId: null };
const itemOf = (name: string, trigger: WebhookTrigger): InboxItem => ({ name, trigger, left: null });
const push = (name: string): InboxItem =>
  itemOf(name, { ...common, kind: 'push', branch: 'main', before: null, after: 'a'.repeat(40), isForced: false });
const comment = (name: string, number: number): InboxItem =>
  itemOf(name, {
    ...common,
    kind: 'comment',
    number,
    isPullRequest: false,
    commentId: 1,
    author: 'ada',
    commands: [{ verb: 'help' }],
    escalation: null,
  });

describe('the waiting list', () => {
  it('puts off what failed, and goes on with the next', () => {
    const [first, second] = [push('1'), push('2')];
    const list = createWaitingList([first], (attempt) => attempt * 100);
    list.add(second);
    expect(list.next(0)).toBe(first);
    expect(list.putOff(first, 0)).toBe(100);
    expect(list.next(0)).toBe(second);
    list.remove(second);
    expect([list.next(99), list.dueIn(99), list.size]).toEqual([null, 1, 1]);
    expect(list.next(100)).toBe(first);
    expect(list.putOff(first, 100)).toBe(200);
    list.remove(first);
    expect([list.next(9999), list.dueIn(9999), list.size]).toEqual([null, null, 0]);
  });
  it('keeps the order of comments on one issue only', () => {
    const [pause, resume, other] = [comment('1', 7), comment('2', 7), comment('3', 8)];
    const list = createWaitingList([pause, resume, other], () => 100);
    list.putOff(pause, 0);
    expect(list.next(0)).toBe(other);
    list.remove(other);
    expect(list.next(0)).toBeNull();
    expect(list.next(100)).toBe(pause);
    list.remove(pause);
    expect(list.next(100)).toBe(resume);
  });
  it('gives what is left of an item at its next turn', () => {
    const item = comment('1', 7);
    const rest: InboxItem = { ...item, left: { answer: null, run: ['qa'] } };
    const list = createWaitingList([item], () => 100);
    list.replace(rest);
    expect(list.next(0)).toBe(rest);
    list.putOff({ ...rest }, 0);
    expect(list.next(100)).toEqual(rest);
  });
  it.for([
    [1, 1_000],
    [2, 2_000],
    [9, 256_000],
    [10, 300_000],
    [5_000, 300_000],
  ] as const)('waits after attempt %i for %i ms at most, and for half of that at least', ([attempt, most]) => {
    for (let round = 0; round < 20; round += 1) {
      const pause = growingPause(attempt);
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most);
    }
  });
});
