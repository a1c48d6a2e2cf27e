import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { treeCutter } from '../../../agents/checks/tree-cutter.ts';

describe('cutting the worktree out of a text', () => {
  const cut = treeCutter('/tmp/a b/upkeep-1f', String.raw`/[\w.-]+/upkeep-[\w-]+`);

  it.each([
    ['at /tmp/a b/upkeep-1f/run.1/upkeep-2-read/src/a.ts:3:1', 'at src/a.ts:3:1'],
    ["'/tmp/a b/upkeep-1f/run.1/upkeep-2-read/[id].ts' and '/tmp/a b/upkeep-1f/run.1/upkeep-12-tests/.env'", "'[id].ts' and '.env'"],
    ['file:///tmp/a%20b/upkeep-1f/run.1/upkeep-2-read/src/a.ts', 'src/a.ts'],
    ['file:///tmp/a b/upkeep-1f/run.1/upkeep-2-read//src/a.ts', 'src/a.ts'],
    ['in /tmp/a b/upkeep-1f/run.1/upkeep-2-read: 3 files', 'in .: 3 files'],
    ['"/tmp/a b/upkeep-1f/run.1/upkeep-2-read/"', '"./"'],
    ['/@fs/tmp/a b/upkeep-1f/run.1/upkeep-2-read/a.ts', '/@fs/a.ts'],
    [
      '/tmp/a b/upkeep-1f/other and /tmp/a b/upkeep-1f2/run.1/upkeep-2-read',
      '/tmp/a b/upkeep-1f/other and /tmp/a b/upkeep-1f2/run.1/upkeep-2-read',
    ],
  ])('%s', (text, expected) => {
    expect(cut(text)).toBe(expected);
  });

  it('knows the folder by its real name too, and its neighbours from it', () => {
    const real = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-cut-')));
    try {
      mkdirSync(join(real, 'there'));
      symlinkSync(join(real, 'there'), join(real, 'link'));
      const cutLink = treeCutter(join(real, 'link', 'tree'));
      expect(cutLink(`${real}/there/tree/a.ts ${real}/link/tree/b.ts ${real}/link/tree-2/c.ts`)).toBe(`a.ts b.ts ${real}/link/tree-2/c.ts`);
    } finally {
      rmSync(real, { recursive: true });
    }
  });
});
