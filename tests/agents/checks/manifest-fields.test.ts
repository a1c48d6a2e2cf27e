import { describe, expect, it } from 'vitest';
import { catalog } from '../../../agents/catalog.ts';
import { manifests } from '../../../agents/checks/manifests.ts';
import { parseManifest } from '../../../agents/parse-manifest.ts';
import { readProject } from '../../../agents/read-project.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { repositoryWith } from '../../support/git-repository.ts';

const WRONG = [
  { name: 5, workspaces: 7, scripts: [], devDependencies: 'x' },
  { name: 'x', workspaces: [4, 'packages/*', '', 3], scripts: { test: 5, build: 'tsc' }, dependencies: [1], bin: { x: false } },
  {
    workspaces: { packages: 'x' },
    packageManager: 7,
    overrides: 'y',
    pnpm: 3,
    peerDependencies: true,
    files: 'dist',
    version: {},
    type: [],
  },
];

describe('fields of a package.json with a wrong type', () => {
  it('are errors, each with what was expected, what came, and its line', async () => {
    const text =
      '{\n  "name": 5,\n  "workspaces": ["packages/*",\n    3],\n  "scripts": [],\n  "devDependencies": { "a": "1", "b": 2 }\n}\n';
    const { findings } = await checkFixture({ 'package.json': text, 'fixtures/package.json': { name: 5 } }).inspect(manifests);
    expect(findings.map(({ path, line, severity, message }) => `${path}:${line} ${severity} ${message}`)).toEqual([
      'package.json:2 error name: expected text such as "my-package", got 5',
      'package.json:5 error scripts: expected an object such as { "test": "node --test" }, got a list',
      'package.json:6 error devDependencies.b: expected text such as "^1.0.0", got 2',
      'package.json:4 error workspaces[1]: expected text, got 3',
    ]);
  });

  it('count as absent, and what is right beside them is kept', () => {
    const read = parseManifest('a/package.json', JSON.stringify(WRONG[1]));
    expect(read).toMatchObject({ dir: 'a', name: 'x', scripts: { build: 'tsc' }, dependencies: {} });
    expect('json' in read && read.json).toEqual({ name: 'x', workspaces: ['packages/*', ''], scripts: { build: 'tsc' }, bin: {} });
  });

  it('are none where the document says nothing, comments, or uses the other form of a field', () => {
    const fine = {
      name: null,
      scripts: { '//': ['a comment'], test: 'x' },
      workspaces: { packages: ['a'], nohoist: [] },
      bin: 'cli.js',
      main: false,
      engines: ['node'],
      private: 'true',
    };
    expect(parseManifest('package.json', JSON.stringify(fine))).toMatchObject({ wrong: [], name: null, scripts: { test: 'x' } });
  });

  it.each(WRONG)('keep no check from finding out whether it applies: %j', async (wrong) => {
    await using repository = await repositoryWith({
      'package.json': JSON.stringify({ ...wrong, jest: 3, prettier: 9, 'markdownlint-cli2': 'x', exports: 7, main: {} }),
      'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: { '': {} } }),
      'src/a.ts': 'export const a = 1;\n',
      'a.test.js': 'test;\n',
      'tsconfig.json': '{}',
      'README.md': '# T\n',
    });
    const opened = await repository.open();
    const project = await readProject(opened, opened.head ?? '');
    const checks = catalog.flatMap((agent) => agent.checks);
    const detections = await Promise.all(checks.map((check) => check.detect(project)));
    expect(detections.map(({ why }) => why).join()).toContain('fields of a wrong type');
    const fixture = checkFixture(
      Object.fromEntries(await Promise.all(project.files.map(async (path) => [path, (await project.read(path)) ?? '']))),
    );
    for (const id of ['lockfile', 'manifests', 'markdown', 'import-cycles', 'tests']) {
      const check = checks.find((each) => each.id === id);
      if (check === undefined) throw new Error(`no check ${id}`);
      const report = await fixture.inspect(check);
      expect(report.reason ?? '', report.hint).not.toMatch(/tool-crashed|internal|nonsense-output/);
    }
  });
});
