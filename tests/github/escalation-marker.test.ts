import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escalationMarker,
  failName,
  hasMarker,
  readMarker,
  readRecord,
  recordLine,
  type EscalationRecord,
} from '../../github/escalation-marker.ts';

const record: EscalationRecord = {
  run: '01890a5d-ac96-774b-bcce-b302099a8057',
  attempt: 2,
  sequence: 41,
  digest: '0123456789abcdef',
  since: '2026-03-01T10:00:00.000Z',
  fails: [failName('a'), failName('b')],
  ended: null,
};

describe('the marker', () => {
  it.each([
    ['main', '<!-- upkeep:v1:qa:main:code -->'],
    ['release/1.x', '<!-- upkeep:v1:qa:release/1.x:code -->'],
    ['a-b--c---d', '<!-- upkeep:v1:qa:a-b-%2Dc-%2D-d:code -->'],
    ['x--> <b>', '<!-- upkeep:v1:qa:x-%2D%3E%20%3Cb%3E:code -->'],
    ['a:b%3A', '<!-- upkeep:v1:qa:a%3Ab%253A:code -->'],
    ['a\nb', '<!-- upkeep:v1:qa:a%0Ab:code -->'],
    ['größe', '<!-- upkeep:v1:qa:gr%C3%B6%C3%9Fe:code -->'],
  ])('of the branch %j is %s', (branch, marker) => {
    expect(escalationMarker({ agent: 'qa', branch, kind: 'code' })).toBe(marker);
    expect(readMarker(marker)).toEqual({ agent: 'qa', branch, kind: 'code' });
  });

  it('comes back from any branch, stays one line and one comment', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('\ud800', '\udc00', '-->', '--', '%u0041', '\n', ':'),
    );
    fc.assert(
      fc.property(
        fc.array(unit).map((parts) => parts.join('')),
        fc.constantFrom('code', 'operation'),
        (branch, kind) => {
          const name = { agent: 'devops', branch, kind } as const;
          const marker = escalationMarker(name);
          expect(readMarker(`${marker}\r\nmore`)).toEqual(name);
          expect(hasMarker(marker, name)).toBe(true);
          expect(marker.slice(4, -3)).not.toMatch(/--|>|\s.*\n/);
          expect(marker).toMatch(/^[\x20-\x7e]+$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of a branch beyond measure is short and still its own', () => {
    const of = (branch: string) => escalationMarker({ agent: 'qa', branch, kind: 'code' });
    expect(of('x'.repeat(1e6)).length).toBeLessThan(400);
    expect(of('x'.repeat(1e6))).not.toBe(of('x'.repeat(1e6 + 1)));
  });

  it.each([
    ['', 'nothing'],
    ['<!-- upkeep:v1:robot:main:code -->', 'an agent that there is not'],
    ['<!-- upkeep:v1:qa:main:other -->', 'a kind that there is not'],
    ['<!-- upkeep:v1:qa:%FF:code -->', 'bytes that are no text'],
    ['text\n<!-- upkeep:v1:qa:main:code -->', 'a marker on another line'],
    [' <!-- upkeep:v1:qa:main:code -->', 'a marker behind a blank'],
  ])('is not read from %j: %s', (body) => {
    expect(readMarker(body)).toBeNull();
  });
});

describe('the record', () => {
  it('comes back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (run, digest) => {
        const odd = { ...record, run, digest };
        const line = recordLine(odd);
        expect(line).toMatch(/^<!-- (?:(?!--|>)[\x20-\x7e])+ -->$/);
        expect(readRecord(`marker\r\n${line}\r\n`)).toEqual(odd);
      }),
    );
  });

  it.each(['', 'a\nb', `a\n<!-- upkeep:record {} -->`, `a\n<!-- upkeep:record {x -->`, `${recordLine(record)}`])(
    'is not read from %j',
    (body) => {
      expect(readRecord(body)).toBeNull();
    },
  );
});
