import { describe, expect, it } from 'vitest';
import type { Check, CheckReport } from '../../../agents/checks/check.ts';
import { componentTests } from '../../../agents/checks/component-tests.ts';
import { tests } from '../../../agents/checks/tests.ts';
import { findingsOf } from '../../../agents/divide-findings.ts';
import { planChecks } from '../../../agents/plan-checks.ts';
import { frontend } from '../../../agents/frontend.ts';
import { qa } from '../../../agents/qa.ts';
import type { AgentId } from '../../../ledger/outcome.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { policyOf } from '../../support/engine.ts';
import { projectFromFolder } from '../../support/project-from-folder.ts';

const FAILS = "import { expect, it } from 'vitest';\nit('fails', () => expect(1).toBe(2));\n";
const MANIFEST = {
  name: 'web',
  private: true,
  scripts: { test: 'vitest run' },
  devDependencies: { vitest: '^5', '@testing-library/react': '^16' },
};

function web(files: Readonly<Record<string, string | object>>, manifest: object = MANIFEST) {
  const fixture = checkFixture({ 'package.json': manifest, ...files });
  fixture.link(['vitest']);
  fixture.write({
    'node_modules/@testing-library/react/package.json': {
      name: '@testing-library/react',
      version: '16.0.0',
      type: 'module',
      exports: './index.js',
    },
    'node_modules/@testing-library/react/index.js': 'export const render = () => undefined;\n',
  });
  return fixture;
}

/** Who tells what, as a run divides it. */
async function divided(root: string, report: CheckReport, agents: readonly (typeof qa)[]): Promise<Record<string, string[]>> {
  const policy = policyOf(agents);
  const { planned } = await planChecks(policy, projectFromFolder(root));
  const [found] = planned.filter(({ check }) => check === tests);
  if (found === undefined) throw new Error('the check applies here');
  const told = (agent: AgentId): string[] =>
    findingsOf(agent, { planned: found, report }, policy)
      .map(({ rule, path }) => `${rule} ${path ?? ''}`)
      .sort();
  return Object.fromEntries(found.agents.map((agent) => [agent, told(agent)]));
}

describe('tests of components', () => {
  it('that fail are for the agent of the front end, all others for that of the tests', async () => {
    const fixture = web({
      'src/Button.test.tsx': FAILS,
      'src/hooks.test.ts': `import { render } from '@testing-library/react';\nrender();\n${FAILS}`,
      'src/broken.test.ts': "import { render } from '@testing-library/react';\nimport './absent.js';\nrender();\n",
      'src/sum.test.ts': FAILS,
      'src/gone.test.ts': "import './absent.js';\n",
    });
    const report = await fixture.inspect(tests);
    expect(await divided(fixture.root, report, [frontend, qa])).toEqual({
      frontend: [
        'component-suite-failed src/broken.test.ts',
        'component-test-failed src/Button.test.tsx',
        'component-test-failed src/hooks.test.ts',
      ],
      qa: ['suite-failed src/gone.test.ts', 'test-failed src/sum.test.ts'],
    });
    // Nothing is lost where the agent of the front end is turned off.
    expect((await divided(fixture.root, report, [qa]))['qa']).toHaveLength(5);
  });

  it('that waver are not remembered as good', async () => {
    const waver =
      "import { existsSync, writeFileSync } from 'node:fs';\nimport { expect, it } from 'vitest';\nit('wavers', () => {\n  const seen = existsSync('seen');\n  writeFileSync('seen', '');\n  expect(seen).toBe(true);\n});\n";
    const report = await web({ 'src/Button.test.tsx': waver }).inspect(tests);
    expect(report).toMatchObject({
      outcome: 'passed',
      isUncertain: true,
      findings: [{ rule: 'flaky-component-test', severity: 'warning' }],
    });
  });

  it('are no business of the front end where no package renders components', async () => {
    const plain = { name: 'lib', scripts: { test: 'vitest run' }, devDependencies: { vitest: '^5' } };
    const fixture = web({ 'src/Button.test.tsx': FAILS }, plain);
    expect(await divided(fixture.root, await fixture.inspect(tests), [frontend, qa])).toEqual({ qa: ['test-failed src/Button.test.tsx'] });
  });
});

describe('tests of components with a runner of their own', () => {
  const inspect = (check: Check, scripts: object) => checkFixture({ 'package.json': { name: 'web', scripts } }).inspect(check);

  it('are the script that runs them', async () => {
    const failed = await inspect(componentTests, { 'test:ct': 'node -e "process.exit(2)"', test: 'vitest run' });
    expect(failed).toMatchObject({
      outcome: 'failed',
      command: 'npm run test:ct',
      findings: [{ rule: 'component-tests-failed', path: 'package.json' }],
    });
    expect((await inspect(componentTests, { 'test-storybook': 'node -e 0' })).outcome).toBe('passed');
  });

  it('are passed over with what to do where there is no browser', async () => {
    const script =
      'node -e "console.error(\'browserType.launch: Executable does not exist. Run npx playwright install\'); process.exit(1)"';
    expect(await inspect(componentTests, { 'test:ct': script })).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['that open a window', { 'test:ct': 'cypress open --component' }],
    ['that the test script runs as well', { 'test:component': 'vitest run', test: 'npm run test:component' }],
    ['that only start those of others', { 'test:component': 'turbo run test:component' }],
    ['that are not there', { test: 'vitest run' }],
  ])('are none of ours %s', async (_what, scripts) => {
    expect(await checkFixture({ 'package.json': { name: 'web', scripts } }).detect(componentTests)).toMatchObject({ applies: false });
  });
});
