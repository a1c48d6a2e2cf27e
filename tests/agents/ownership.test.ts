import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../agents/ownership.ts';

describe('who owns a file', () => {
  it.each([
    ['backend', ['src/index.ts', 'server/components/list.ts', 'lib/ui.js', 'package.json', 'tools/make.py', 'main.go', 'src/pages.ts']],
    [
      'frontend',
      ['src/App.tsx', 'src/App.vue', 'src/lib/Counter.svelte', 'index.html', 'src/a.scss', 'src/hooks/use-cart.ts', 'web/main.ts'],
    ],
    [
      'qa',
      [
        'src/a.test.ts',
        'test/helpers.ts',
        'tests/a.py',
        'pkg/a_test.go',
        'src/__tests__/a.js',
        'e2e/shop.ts',
        'vitest.config.ts',
        'conftest.py',
        '.mocharc.cjs',
      ],
    ],
    [
      'devops',
      [
        '.github/workflows/ci.yml',
        'Dockerfile',
        'api.Dockerfile',
        'compose.prod.yaml',
        'package-lock.json',
        '.nvmrc',
        'run.sh',
        'k8s/a.json',
        'go.sum',
      ],
    ],
    ['docs', ['README.md', 'docs/guide.mdx', 'tests/README.md', '.github/CONTRIBUTING.md', 'NOTICE.txt']],
  ])('%s', (owner, paths) => {
    expect(paths.map((path) => [path, ownerOf(path)])).toEqual(paths.map((path) => [path, owner]));
  });

  it('is one agent for every path, and never the one of the module graph', () => {
    const odd = ['', 'a', '.a', 'ä/ü.ts', 'a b/c d.TSX', '-rf', 'node_modules/a/index.js', 'test', 'tests', 'x/test.ts'];
    for (const path of odd) expect(['backend', 'frontend', 'qa', 'devops', 'docs']).toContain(ownerOf(path));
  });
});
