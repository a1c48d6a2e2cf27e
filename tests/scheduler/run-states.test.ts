import { describe, expect, it } from 'vitest';
import { RUN_CHANGES, RUN_STATES, runStateAfter } from '../../scheduler/run-states.ts';

/** Every state by every change; `.` is what cannot happen. */
const TABLE = `
          admit   claim    settle   retry   crash   return  cancel   withdraw
waiting   queued  .        .        .       .       .       settled  settled
queued    .       running  .        .       .       .       settled  settled
running   .       .        settled  queued  queued  queued  running  .
settled   .       .        .        .       .       .       .        .
`;

describe('runStateAfter', () => {
  const [head = '', ...rows] = TABLE.trim().split('\n');
  const changes = head.trim().split(/\s+/);
  const cells = rows.flatMap((row) => {
    const [state, ...after] = row.trim().split(/\s+/);
    return changes.map((change, index) => [state, change, after[index]] as const);
  });

  it('has a row for each state and a column for each change', () => {
    expect(changes.toSorted()).toEqual(RUN_CHANGES.toSorted());
    expect(rows.map((row) => row.trim().split(/\s+/)[0])).toEqual(RUN_STATES);
    expect(cells).toHaveLength(RUN_STATES.length * RUN_CHANGES.length);
  });

  it.each(cells)('%s, %s: %s', (state, change, after) => {
    expect(runStateAfter(state as 'queued', change as 'claim')).toBe(after === '.' ? null : after);
  });
});
