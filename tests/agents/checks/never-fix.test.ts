import { describe, expect, it } from 'vitest';
import { isRecord, mayFix } from '../../../agents/checks/never-fix.ts';

describe('what no fixer touches', () => {
  it.each([
    'CHANGELOG.md',
    'packages/a/CHANGELOG.md',
    'changelog-2019.md',
    'HISTORY.md',
    'History.markdown',
    'docs/releases.md',
    '.changeset/brave-cats.md',
    'LICENSE',
    'LICENSE.md',
    'license-mit.txt',
    'LICENCE',
    'COPYING',
    'ThirdPartyNotices.txt',
    'package-lock.json',
    'apps/web/pnpm-lock.yaml',
    'yarn.lock',
    'bun.lockb',
    'src/__snapshots__/a.test.ts.snap',
    'tests/page.snap',
    'src/__generated__/schema.ts',
    'src/generated/client.js',
    'src/api.gen.ts',
    'src/service_pb.ts',
    'vendor/jquery/README.md',
    'third_party/lib/a.c',
    'public/app.min.js',
    'public/app.js.map',
    '.yarn/releases/yarn-4.cjs',
  ])('leaves %s alone', (path) => {
    expect(mayFix(path)).toBe(false);
  });

  it.each([
    'README.md',
    'src/history.ts',
    'src/license.ts',
    'src/news/index.tsx',
    'docs/changing.md',
    'src/releases.vue',
    'src/minimal.js',
    'src/lock.ts',
    'tests/snapshot.test.ts',
    'generator/index.ts',
    '.github/workflows/release.yml',
    'release.config.js',
    'package.json',
  ])('may fix %s', (path) => {
    expect(mayFix(path)).toBe(true);
  });

  it('tells records of the past from code of the same name', () => {
    expect(isRecord('CHANGELOG.md')).toBe(true);
    expect(isRecord('CHANGELOG')).toBe(true);
    expect(isRecord('scripts/changelog.mjs')).toBe(false);
    expect(isRecord('history.json')).toBe(false);
  });
});
