import { describe, expect, it } from 'vitest';
import { refusalWords } from '../../../agents/delivery/local-delivery.ts';

describe('a branch that was left where it is', () => {
  it('is told with the words of git, and with the right that is missing', () => {
    const message = "Updating 1..2\nerror: unable to unlink old 'a.txt': Permission denied\nfatal: more\n";
    expect(refusalWords({ reason: 'failed', message })).toEqual({
      reason: "git refused to move the branch: unable to unlink old 'a.txt': Permission denied",
      advice: 'give yourself the right to write there, then run `agent accept`',
    });
    expect(refusalWords({ reason: 'failed', message: 'fatal: something new\n' })).toEqual({
      reason: 'git refused to move the branch: something new',
      advice: 'run `agent doctor`, then `agent accept`',
    });
    expect(refusalWords({ reason: 'failed' }).reason).toBe('git refused to move the branch');
    expect(refusalWords({ reason: 'would-overwrite', paths: ['a', 'b'], message }).reason).toMatch(/stand in the way: a, b$/);
  });
});
