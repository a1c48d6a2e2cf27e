import { describe, expect, it } from 'vitest';
import { batchArguments } from '../../../agents/tools/batch-arguments.ts';
import { commandsIn, isDelegation, resolvedCommands } from '../../../agents/tools/script-commands.ts';

describe('the commands of a script', () => {
  it.each([
    ['eslint .', ['eslint', '.']],
    ['npx --no-install eslint src', ['eslint', 'src']],
    ['pnpm exec vitest run', ['vitest', 'run']],
    ['cross-env NODE_ENV=test jest --ci', ['jest', '--ci']],
    ['node --experimental-vm-modules node_modules/jest/bin/jest.js a', ['jest', 'a']],
    ['./node_modules/.bin/mocha "test/**/*.js"', ['mocha', 'test/**/*.js']],
    ["mocha 'a b.js' c\\ d.js", ['mocha', 'a b.js', 'c d.js']],
    ['node --test test/', ['node', '--test', 'test/']],
  ])('%s', (script, [tool, ...args]) => {
    expect(commandsIn(script)).toMatchObject([{ tool, args, plain: true }]);
  });

  it('keep variables and flags of Node', () => {
    expect(commandsIn('TZ=UTC NODE_ENV=test node --no-warnings node_modules/.bin/jest')).toMatchObject([
      { tool: 'jest', env: { TZ: 'UTC', NODE_ENV: 'test' }, nodeFlags: ['--no-warnings'] },
    ]);
  });

  it('are divided where a shell divides them', () => {
    expect(commandsIn('tsc -b && eslint . ; vitest run || true').map(({ tool }) => tool)).toEqual(['tsc', 'eslint', 'vitest', 'true']);
  });

  it.each(['jest $FILES', 'jest `ls`', 'jest "$(ls)"', 'jest > log.txt'])(
    'are not plain when only a shell understands them: %s',
    (script) => {
      expect(commandsIn(script)[0]?.plain).toBe(false);
    },
  );

  it('are followed through other scripts, with what runs before them, and never in circles', () => {
    const scripts = {
      pretest: 'npm run build',
      test: 'run-s lint unit',
      lint: 'eslint .',
      unit: 'yarn test:unit',
      'test:unit': 'vitest',
      build: 'tsc',
      loop: 'npm run loop',
    };
    expect(resolvedCommands(scripts, 'test').map(({ tool }) => tool)).toEqual(['tsc', 'eslint', 'vitest']);
    expect(resolvedCommands(scripts, 'loop')).toEqual([]);
  });

  it.each([
    'npm test --workspaces',
    'npm run test -ws',
    'pnpm -r test',
    'yarn workspaces foreach run test',
    'turbo run test',
    'lerna run test',
  ])('hand over to the workspaces: %s', (script) => {
    expect(commandsIn(script).some(isDelegation)).toBe(true);
  });
});

describe('a batch of arguments', () => {
  it('is never larger than one process can take, and none is lost', () => {
    const files = Array.from({ length: 50_000 }, (_, index) => `./src/some/folder/with/a/name/file-${index}.ts`);
    const batches = batchArguments(files);
    expect(batches.flat()).toEqual(files);
    expect(batches.length).toBeGreaterThan(1);
    for (const batch of batches) expect(Buffer.byteLength(batch.join(' '))).toBeLessThan(200_000);
  });

  it('of nothing is none', () => {
    expect(batchArguments([])).toEqual([]);
  });
});
