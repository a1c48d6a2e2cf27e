import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigObject, ConfigValue } from '../../../cli/config/config-layer.ts';
import { leavesOf, mergeConfig, valueAt } from '../../../cli/config/merge-config.ts';

// The schema says of each key whether it holds a group of settings or a value, so layers agree on that.
const groups = ['agents', 'backend', 'constructor'] as const;
const values = ['limits', 'a', 'b', 'toString'] as const;
const { object } = fc.letrec<{ object: ConfigObject; group: ConfigObject; value: ConfigValue }>((tie) => ({
  object: fc.tuple(tie('group'), fc.dictionary(fc.constantFrom(...values), tie('value'), { maxKeys: 3 })).map(([a, b]) => ({ ...a, ...b })),
  group: fc.oneof({ depthSize: 'small' }, fc.constant({}), fc.dictionary(fc.constantFrom(...groups), tie('object'), { maxKeys: 3 })),
  value: fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 })),
}));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('laying one configuration over another', () => {
  it('gives the same whichever pair is laid first', () => {
    fc.assert(
      fc.property(object, object, object, (a, b, c) => {
        expect(plain(mergeConfig(mergeConfig(a, b), c))).toEqual(plain(mergeConfig(a, mergeConfig(b, c))));
      }),
    );
  });
  it('changes nothing when one of them is empty or the same', () => {
    fc.assert(
      fc.property(object, (a) => {
        expect(plain(mergeConfig(a, {}))).toEqual(plain(a));
        expect(plain(mergeConfig({}, a))).toEqual(plain(a));
        expect(plain(mergeConfig(a, a))).toEqual(plain(a));
      }),
    );
  });
  it('keeps every value of the upper one', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const merged = mergeConfig(a, b);
        for (const path of leavesOf(b)) {
          const value = valueAt(b, path);
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) continue;
          expect(valueAt(merged, path)).toEqual(value);
        }
      }),
    );
  });
  it('keeps what only the lower one has', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const merged = mergeConfig(a, b);
        for (const name of Object.keys(a)) if (!Object.hasOwn(b, name)) expect(plain(merged[name])).toEqual(plain(a[name]));
      }),
    );
  });
  it('changes neither of them', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const before = JSON.stringify([a, b]);
        mergeConfig(a, b);
        expect(JSON.stringify([a, b])).toBe(before);
      }),
    );
  });
  it('replaces lists as a whole', () => {
    expect(plain(mergeConfig({ a: [1, 2, 3] }, { a: [4] }))).toEqual({ a: [4] });
  });
  it('does not reach the prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": true}}') as ConfigObject;
    mergeConfig({}, hostile);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
