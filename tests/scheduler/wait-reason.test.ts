import { describe, expect, it } from 'vitest';
import { waitReason } from '../../scheduler/wait-reason.ts';
import { waitWords } from '../../scheduler/wait-words.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-01T12:05:00Z');
const QUEUED = {
  state: 'queued',
  agentRunId: null,
  labels: ['db'],
  eligibleAt: NOW,
  now: NOW,
  isRepositoryBusy: false,
  places: 5,
  taken: 0,
} as const;

describe('why a run waits', () => {
  const cases = [
    ['its agent runs', { state: 'waiting', agentRunId: '0190' }, 'run 0190 of the agent comes first'],
    ['a label has no room', { state: 'waiting' }, 'as many runs with its labels (db) are under way as may be'],
    ['its time has not come', { eligibleAt: LATER }, 'tried again not before 2026-03-01 12:05:00 UTC'],
    ['no service takes it', { places: null, isRepositoryBusy: true }, 'no service that looks after the repository takes runs now'],
    ['its clone is taken', { isRepositoryBusy: true, taken: 5 }, 'another run of the repository is under way in its clone'],
    ['the service is full', { taken: 5 }, '5 places of the service are all taken (scheduler.maxConcurrent)'],
    ['nothing keeps it', { taken: 4 }, 'about to start'],
  ] as const;
  it.each(cases)('is told when %s', (_title, change, words) => {
    const reason = waitReason({ ...QUEUED, ...change, labels: [...QUEUED.labels] });
    expect(reason === null ? null : waitWords(reason, true)).toBe(words);
  });

  it('is nothing for one that is under way', () => {
    expect(waitReason({ ...QUEUED, labels: [], state: 'running' })).toBeNull();
  });
});
