import { beforeAll, describe, expect, it } from 'vitest';
import { eslint } from '../../agents/checks/eslint.ts';
import { tests } from '../../agents/checks/tests.ts';
import { checkFixture } from '../support/check-fixture.ts';
import { installTestTools, linkTestTool } from '../support/test-tools.ts';

let tools = '';
beforeAll(async () => {
  tools = await installTestTools();
}, 300_000);

function sample(names: readonly string[], files: Record<string, string | object>) {
  const fixture = checkFixture(files);
  for (const name of names) linkTestTool(fixture.root, tools, [name]);
  return fixture;
}

const flaky =
  "const seen = require('node:fs').existsSync('seen');\n  require('node:fs').writeFileSync('seen', '');\n  if (!seen) throw new Error('first time');";

describe('tests with Jest', () => {
  const manifest = {
    name: 'sample',
    scripts: { test: 'jest --watch -u' },
    devDependencies: { jest: '^29' },
    jest: { testEnvironment: 'node' },
  };

  it('are one finding each, with suites that cannot be loaded, and write no snapshots', async () => {
    const fixture = sample(['jest'], {
      'package.json': manifest,
      'src/sum.test.js':
        "describe('sum', () => {\n  it('is odd (a+b)?', () => {\n    expect(1 + 1).toBe(3);\n  });\n  it('is even', () => {});\n  it('snaps', () => expect(1).toMatchSnapshot());\n});\n",
      'src/bad.test.js': "require('./absent');\n",
    });
    const report = await fixture.inspect(tests);
    expect(report.outcome).toBe('failed');
    const found = report.findings.map(({ path, line, rule, message }) => `${path}:${line} ${rule} ${message.slice(0, 40)}`).sort();
    expect(found).toEqual([
      expect.stringMatching(/^src\/bad\.test\.js:null suite-failed /) as string,
      expect.stringMatching(/^src\/sum\.test\.js:2 test-failed sum is odd \(a\+b\)\?: /) as string,
      expect.stringMatching(/^src\/sum\.test\.js:6 test-failed sum snaps: /) as string,
    ]);
    expect(() => fixture.read('src/__snapshots__/sum.test.js.snap')).toThrow();
  });

  it('that waver are flaky', async () => {
    const report = await sample(['jest'], { 'package.json': manifest, 'a.test.js': `it('wavers', () => {\n  ${flaky}\n});\n` }).inspect(
      tests,
    );
    expect(report).toMatchObject({ outcome: 'passed', findings: [{ rule: 'flaky-test', path: 'a.test.js' }] });
  });

  it('measure coverage where a threshold is set, and say when it is missed', async () => {
    const report = await sample(['jest'], {
      'package.json': { ...manifest, jest: { testEnvironment: 'node', coverageThreshold: { global: { lines: 80 } } } },
      'code.js': 'exports.used = () => 1;\nexports.unused = () => {\n  return 2;\n};\n',
      'a.test.js': "it('uses', () => expect(require('./code').used()).toBe(1));\n",
    }).inspect(tests);
    expect(report.outcome).toBe('failed');
    expect(report.coverage).toBeGreaterThan(0);
    expect(report.findings[0]).toMatchObject({ rule: 'coverage-threshold', severity: 'error', path: 'package.json' });
  });

  it('that are not there are nothing-read', async () => {
    expect(await sample(['jest'], { 'package.json': manifest, 'a.js': '' }).inspect(tests)).toMatchObject({
      outcome: 'errored',
      reason: 'nothing-read',
    });
  });
});

describe('tests with Mocha', () => {
  const manifest = { name: 'sample', scripts: { test: 'mocha --watch "spec/**/*.js"' }, devDependencies: { mocha: '^11' } };
  const failing =
    "const assert = require('node:assert');\ndescribe('sum', () => {\n  it('is odd', () => {\n    assert.equal(2, 3);\n  });\n  it('is even', () => {});\n});\n";

  it('are one finding each', async () => {
    const report = await sample(['mocha'], { 'package.json': manifest, 'spec/sum.js': failing, 'spec/deep/more.js': failing }).inspect(
      tests,
    );
    expect(report.findings.map(({ path, line, rule, message }) => `${path}:${line} ${rule} ${message}`).sort()).toEqual([
      'spec/deep/more.js:4 test-failed sum is odd: 2 == 3',
      'spec/sum.js:4 test-failed sum is odd: 2 == 3',
    ]);
  });

  it('that waver are flaky; a file that cannot be loaded is named', async () => {
    const wavering = await sample(['mocha'], { 'package.json': manifest, 'spec/a.js': `it('wavers', () => {\n  ${flaky}\n});\n` }).inspect(
      tests,
    );
    expect(wavering).toMatchObject({ outcome: 'passed', findings: [{ rule: 'flaky-test', path: 'spec/a.js' }] });
    const broken = await sample(['mocha'], { 'package.json': manifest, 'spec/a.js': "require('./absent.js');\n" }).inspect(tests);
    expect(broken).toMatchObject({ outcome: 'failed', findings: [{ rule: 'suite-failed', path: 'spec/a.js' }] });
  });

  it('are measured by c8 where the script says so, with its threshold', async () => {
    const report = await sample(['mocha', 'c8'], {
      'package.json': {
        ...manifest,
        scripts: { test: 'c8 --check-coverage --lines 95 mocha spec' },
        devDependencies: { mocha: '11', c8: '10' },
      },
      'code.js': 'exports.used = () => 1;\nexports.unused = () => {\n  return 2;\n};\n',
      'spec/a.js': "it('uses', () => require('../code').used());\n",
    }).inspect(tests);
    expect(report.findings[0]).toMatchObject({ rule: 'coverage-threshold', severity: 'error' });
    expect(report.coverage).toBeLessThan(95);
  });

  it('that are not there are nothing-read', async () => {
    const report = await sample(['mocha'], { 'package.json': { ...manifest, scripts: { test: 'mocha' } } }).inspect(tests);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  });
});

describe('tests with AVA', () => {
  const manifest = { name: 'sample', type: 'module', scripts: { test: 'ava --watch' }, devDependencies: { ava: '^6' } };

  it('are one finding each, with files that cannot be loaded', async () => {
    const report = await sample(['ava'], {
      'package.json': manifest,
      'test/sum.js': "import test from 'ava';\ntest('is odd', (t) => {\n  t.is(1 + 1, 3);\n});\ntest('is even', (t) => t.pass());\n",
      'test/bad.js': "import './absent.js';\n",
    }).inspect(tests);
    expect(report.findings.map(({ path, line, rule }) => `${path}:${line} ${rule}`)).toContain('test/sum.js:2 test-failed');
    expect(report.findings.filter(({ rule }) => rule === 'suite-failed').map(({ path }) => path)).toContain('test/bad.js');
    expect(report.findings.filter(({ rule }) => rule === 'test-failed')).toHaveLength(1);
  });

  it('pass, or are nothing-read when there are none', async () => {
    const green = { 'package.json': manifest, 'test.js': "import test from 'ava';\ntest('is even', (t) => t.pass());\n" };
    expect(await sample(['ava'], green).inspect(tests)).toMatchObject({ outcome: 'passed', findings: [] });
    expect(await sample(['ava'], { 'package.json': manifest }).inspect(tests)).toMatchObject({
      outcome: 'errored',
      reason: 'nothing-read',
    });
  });
});

describe('an ESLint of the old kind', () => {
  const manifest = {
    name: 'old',
    scripts: { lint: 'eslint --ext .js,.jsx src' },
    devDependencies: { eslint: '^8' },
    eslintConfig: { root: true, rules: { 'prefer-const': 'error' } },
  };
  it('is called as its scripts call it, and fixes', async () => {
    const fixture = checkFixture({
      'package.json': {
        ...manifest,
        eslintConfig: { ...manifest.eslintConfig, parserOptions: { ecmaVersion: 2022, sourceType: 'module' } },
      },
      'src/a.jsx': 'let a = 1;\nexport { a };\n',
      'other.js': 'let b = 1;\nexport { b };\n',
    });
    linkTestTool(fixture.root, tools, ['eslint8', 'eslint']);
    expect((await fixture.inspect(eslint)).findings).toMatchObject([{ path: 'src/a.jsx', rule: 'prefer-const', fixable: true }]);
    expect(await fixture.fix(eslint, ['src/a.jsx'])).toMatchObject({ outcome: 'done' });
    expect(fixture.read('src/a.jsx')).toContain('const a');
  });
});
