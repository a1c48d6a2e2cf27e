/** Whatever a payload is made into, it is a trigger, ignored for a reason, or of another shape; and none of its values is repeated. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, HEARD_EVENTS } from '../../../github/webhooks/classify.ts';
import { examples, OURS } from '../../support/webhooks.ts';

const heard = examples().filter(({ event }) => HEARD_EVENTS.includes(event));
const SECRET_VALUE = 'ghp_never_repeat_this';

/** Puts a value in the place of one that is somewhere in the payload. */
function broken(payload: unknown, at: number, value: unknown): unknown {
  const copy = structuredClone(payload);
  const places: { owner: Record<string, unknown>; key: string }[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      const owner = node as Record<string, unknown>;
      places.push({ owner, key });
      walk(owner[key]);
    }
  };
  walk(copy);
  const place = places[at % places.length];
  if (place !== undefined) place.owner[place.key] = value;
  return copy;
}

describe('a payload that is broken in one place', () => {
  it('ends as one of three things, and in no error', () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, Number.NaN, `a ${SECRET_VALUE}`, [SECRET_VALUE], { x: SECRET_VALUE }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...heard), fc.nat(), values, ({ event, payload }, at, value) => {
        const verdict = classify(event, broken(payload, at, value), OURS);
        expect(['trigger', 'ignored', 'malformed']).toContain(verdict.kind);
        if (verdict.kind === 'malformed') expect(JSON.stringify(verdict)).not.toContain(SECRET_VALUE);
      }),
      { numRuns: 3000 },
    );
  });
  it('also when it is any JSON at all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HEARD_EVENTS), fc.jsonValue(), (event, value) => {
        expect(classify(event, value, OURS).kind).toBe('malformed');
      }),
      { numRuns: 1000 },
    );
  });
});
