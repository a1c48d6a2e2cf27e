import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TallyReporter } from './scripts/tally-reporter.ts';

const soak = process.env['UPKEEP_SOAK'] === '1';

export default defineConfig({
  test: {
    include: soak ? ['tests/soak/**/*.test.ts'] : ['tests/**/*.test.ts'],
    exclude: soak ? ['tests/fixtures/**'] : ['tests/fixtures/**', 'tests/soak/**'],
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/setup.ts'],
    reporters: ['default', new TallyReporter()],
    pool: 'forks',
    // Many tests wait: for the pauses that GitHub asks for, for remotes that say nothing. There is room for more files than cores.
    maxWorkers: soak ? 1 : 2 * availableParallelism(),
    // Generous: machines are shared, and a test that waits for an event fails by that event, not by the clock.
    testTimeout: soak ? 30 * 60_000 : 180_000,
    hookTimeout: soak ? 10 * 60_000 : 180_000,
    // The terminal is left as it is: a test that prints would hide what failed.
    silent: 'passed-only',
    coverage: {
      provider: 'v8',
      include: ['agents/**', 'cli/**', 'git/**', 'github/**', 'ledger/**', 'prisma/**', 'scheduler/**'],
      exclude: ['prisma/generated/**'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
