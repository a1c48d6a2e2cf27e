/** What is remembered of checks, and what is not. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyContext } from '../../agents/input-key.ts';
import { openResultMemory, type ResultSource } from '../../agents/result-memory.ts';

const CONTEXT: KeyContext = { upkeepVersion: '1', configuration: 'c', tools: { eslint: '9' }, strict: false, fix: true };
const source = (change: Partial<ResultSource> = {}): ResultSource => ({
  name: 'eslint',
  entries: [
    { path: 'a.ts', oid: 'a'.repeat(40), mode: '100644', type: 'blob' },
    { path: 'b.md', oid: 'b'.repeat(40), mode: '100644', type: 'blob' },
  ],
  reads: (path) => path.endsWith('.ts'),
  seesEveryPath: false,
  ...change,
});

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'upkeep-memory-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const open = (context: Partial<KeyContext> = {}, isForced = false) =>
  openResultMemory(folder, { context: { ...CONTEXT, ...context }, isForced });
const files = (): string[] => readdirSync(join(folder, 'upkeep', 'cache', 'results'));

describe('a result', () => {
  it('is known again of the same content, whatever else changed', () => {
    open().keep(source(), { outcome: 'passed' });
    const [code, prose] = source().entries;
    if (code === undefined || prose === undefined) throw new Error('two files');
    const others = [code, { ...prose, oid: 'c'.repeat(40) }, { ...prose, path: 'new.md' }];
    expect(open().recall(source({ entries: others }))).toEqual({ outcome: 'passed' });
    expect(open({ fix: false }).recall(source())).toEqual({ outcome: 'passed' });
  });

  it.each<[string, Partial<ResultSource>, Partial<KeyContext>]>([
    ['what it reads', { entries: source().entries.map((entry) => ({ ...entry, oid: 'd'.repeat(40) })) }, {}],
    ['the mode of a file', { entries: source().entries.map((entry) => ({ ...entry, mode: '100755' })) }, {}],
    ['one file that it reads is gone', { entries: source().entries.slice(1) }, {}],
    ['the check', { name: 'tests' }, {}],
    ['the configuration', {}, { configuration: 'other' }],
    ['a tool', {}, { tools: { eslint: '10' } }],
    ['a program of the machine', { machineTools: ['shellcheck'] }, { machineTools: { shellcheck: 'another build' } }],
    ['this program', {}, { upkeepVersion: '2' }],
    ['how strict it is', {}, { strict: true }],
  ])('is not known where it is another one: %s', (_what, change, context) => {
    open().keep(source(), { outcome: 'passed' });
    expect(open(context).recall(source(change))).toBeNull();
  });

  it('is known when a program of the machine is another one that the check does not call', () => {
    const before = source({ machineTools: ['shellcheck'] });
    open({ machineTools: { shellcheck: 'a build' } }).keep(before, { outcome: 'passed' });
    expect(open({ machineTools: { shellcheck: 'a build', go: 'another build' } }).recall(before)).toEqual({ outcome: 'passed' });
    expect(open({ machineTools: {} }).recall(before)).toBeNull();
  });

  it('of a check that sees every path is not known once there is another one', () => {
    const before = source({ seesEveryPath: true });
    open().keep(before, {});
    const more = { path: 'c.md', oid: 'b'.repeat(40), mode: '100644', type: 'blob' } as const;
    expect(open().recall({ ...before, entries: [...before.entries, more] })).toBeNull();
    expect(open().recall(before)).toEqual({});
  });

  it('is not asked for by force, but kept for later', () => {
    open({}, true).keep(source(), { is: 1 });
    expect([open({}, true).recall(source()), open().recall(source())]).toEqual([null, { is: 1 }]);
  });

  it('that is torn, too large, or has no place, costs only time', () => {
    open().keep(source(), { text: 'x'.repeat(600_000) });
    expect(open().recall(source())).toBeNull();
    open().keep(source(), { is: 1 });
    writeFileSync(join(folder, 'upkeep', 'cache', 'results', files()[0] ?? ''), '{"is":');
    expect(open().recall(source())).toBeNull();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'upkeep'), 'a file is in the way');
    expect(open().recall(source())).toBeNull();
    expect(() => open().keep(source(), { is: 1 })).not.toThrow();
  });
});

it('keeps what was used last, and not more than there is room for', () => {
  const place = join(folder, 'upkeep', 'cache', 'results');
  open().keep(source({ name: 'used' }), { is: 'used' });
  for (let index = 0; index < 1_010; index += 1) {
    const path = join(place, `${index.toString(16).padStart(40, '0')}.json`);
    writeFileSync(path, '{}');
    utimesSync(path, new Date(2020, 0, 1), new Date(2020, 0, 1 + index / 100));
  }
  expect(open().recall(source({ name: 'used' }))).toEqual({ is: 'used' });
  open().keep(source({ name: 'new' }), { is: 'new' });
  expect(files().length).toBeLessThanOrEqual(800);
  expect(open().recall(source({ name: 'used' }))).toEqual({ is: 'used' });
  expect(open().recall(source({ name: 'new' }))).toEqual({ is: 'new' });
  expect(statSync(place).isDirectory()).toBe(true);
});
