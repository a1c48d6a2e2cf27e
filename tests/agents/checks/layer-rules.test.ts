import { describe, expect, it } from 'vitest';
import { layerRules } from '../../../agents/checks/layer-rules.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

const RULES = `module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'thin-bin', comment: 'bin is thin', severity: 'warn', from: { path: '^bin' }, to: { path: '^src' } },
    { name: 'ui-knows-no-database', severity: 'error', from: { path: '^src/ui' }, to: { path: '^src/database', reachable: true } },
    { name: 'no-orphans', severity: 'info', from: { orphan: true, pathNot: 'cruiser' }, to: {} },
  ],
  options: { doNotFollow: { path: 'node_modules' } },
};\n`;
const SOURCES: Files = {
  'src/a.js': "// first\nimport './b.js';\n",
  'src/b.js': "import './a.js';\n",
  'bin/c.js': "import '../src/a.js';\n",
  'src/ui/page.ts': "import { load } from '../load';\nexport const page = load;\n",
  'src/load.ts': "import { rows } from './database/rows';\nexport const load = rows;\n",
  'src/database/rows.ts': 'export const rows = [];\n',
};
const OWN = { name: 'x', devDependencies: { 'dependency-cruiser': '^18' } };

function own(files: Files = {}): CheckFixture {
  const fixture = checkFixture({ 'package.json': OWN, '.dependency-cruiser.cjs': RULES, ...SOURCES, ...files });
  fixture.link(['dependency-cruiser']);
  return fixture;
}

async function told(repository: CheckFixture, command?: string): Promise<string[]> {
  const report = await repository.inspect(layerRules);
  if (command !== undefined) expect(report.command).toBe(command);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`);
}

const ALL = [
  'src/a.js:2 no-circular error import cycle: src/a.js → src/b.js → src/a.js',
  'src/ui/page.ts:null ui-knows-no-database error ui-knows-no-database: src/ui/page.ts comes to src/database/rows.ts',
  'bin/c.js:1 thin-bin warning thin-bin: bin/c.js imports src/a.js (bin is thin)',
];

describe("the repository's own rules of layers", () => {
  it('apply where dependency-cruiser is set up', async () => {
    expect(await own().detect(layerRules)).toMatchObject({
      applies: true,
      why: '.dependency-cruiser.cjs with dependency-cruiser ^18',
      origin: 'repository',
      seesEveryPath: true,
    });
    expect(await checkFixture({ 'package.json': {}, ...SOURCES }).detect(layerRules)).toMatchObject({ applies: false });
    const pictures = { ...OWN, scripts: { graph: 'depcruise src --no-config -T dot | dot -T svg > graph.svg' } };
    expect(await checkFixture({ 'package.json': pictures, ...SOURCES }).detect(layerRules)).toMatchObject({ applies: false });
  });

  it('are run by its own dependency-cruiser, with their severities, comments and lines', async () => {
    expect(await told(own(), 'npx depcruise --config .dependency-cruiser.cjs bin src')).toEqual(ALL);
  });

  it('are run by ours where no package.json names it', async () => {
    expect(await told(own({ 'package.json': { name: 'x' } }))).toEqual(ALL);
    const some = { name: 'x', scripts: { arch: 'npx depcruise bin --config' } };
    expect(await told(own({ 'package.json': some }))).toEqual([ALL[0], ALL[2]]);
  });

  it('are run as the scripts do that are about rules, from the file that they name', async () => {
    const scripts = {
      arch: 'depcruise --config conf/layers.cjs --exclude ^src/a src',
      graph: 'depcruise src bin --config conf/layers.cjs -T mermaid -f graph.mmd',
    };
    const files = { 'package.json': { ...OWN, scripts }, 'conf/layers.cjs': RULES };
    const repository = checkFixture({ ...SOURCES, ...files });
    repository.link(['dependency-cruiser']);
    expect(await repository.detect(layerRules)).toMatchObject({ applies: true });
    expect(await told(repository)).toEqual([ALL[1], 'src/b.js:null no-orphans warning no-orphans: src/b.js']);
  });

  it('belong to the package that has them', async () => {
    const inside = Object.fromEntries(Object.entries(SOURCES).map(([path, text]) => [`packages/a/${path}`, text]));
    const repository = checkFixture({
      'package.json': { name: 'top', workspaces: ['packages/*'] },
      'packages/a/package.json': OWN,
      'packages/a/.dependency-cruiser.cjs': RULES,
      ...inside,
    });
    repository.link(['dependency-cruiser']);
    expect((await told(repository))[0]).toBe(
      'packages/a/src/a.js:2 no-circular error import cycle: packages/a/src/a.js → packages/a/src/b.js → packages/a/src/a.js',
    );
  });

  it('leave out what the repository knows and accepts', async () => {
    const known = [{ type: 'dependency', from: 'bin/c.js', to: 'src/a.js', rule: { severity: 'warn', name: 'thin-bin' } }];
    expect(await told(own({ '.dependency-cruiser-known-violations.json': known }))).toEqual(ALL.slice(0, 2));
  });

  /** A dependency-cruiser that answers what `answer` comes to. */
  function fake(answer: string, files: Files = {}): CheckFixture {
    const repository = checkFixture({ 'package.json': OWN, '.dependency-cruiser.cjs': RULES, ...SOURCES, ...files });
    repository.fakeTool(
      'dependency-cruiser',
      `const fs = require('node:fs');
      fs.writeFileSync(process.argv[process.argv.indexOf('--output-to') + 1], JSON.stringify(${answer}));`,
    );
    const manifest = JSON.parse(repository.read('node_modules/dependency-cruiser/package.json')) as object;
    repository.write({ 'node_modules/dependency-cruiser/package.json': { ...manifest, bin: { depcruise: 'bin.cjs' } } });
    return repository;
  }

  it('see TypeScript where its own dependency-cruiser is blind for it', async () => {
    expect(await told(fake("{ modules: [{ source: 'src/a.js', dependencies: [] }], summary: { violations: [] } }"))).toEqual(ALL);
  });

  it('about packages are run where these are no links', async () => {
    const answer = `(() => {
      const to = fs.lstatSync('node_modules/semver').isSymbolicLink() ? '../elsewhere/semver/index.js' : 'node_modules/semver/index.js';
      const rule = { name: 'no-semver', severity: 'error' };
      const violations = to.startsWith('node_modules/semver') ? [{ type: 'dependency', from: 'src/load.ts', to, rule }] : [];
      const load = { source: 'src/load.ts', dependencies: [{ module: './database/rows', resolved: to }] };
      return { modules: [load, { source: to, dependencies: [] }], summary: { violations } };
    })()`;
    const config = "module.exports = { forbidden: [{ name: 'no-semver', from: {}, to: { path: '^node_modules/semver' } }] };";
    const repository = fake(answer, { '.dependency-cruiser.cjs': config });
    repository.link(['semver']);
    expect(await told(repository)).toEqual(['src/load.ts:1 no-semver error no-semver: src/load.ts imports node_modules/semver/index.js']);
  });

  it('are no pass when they cannot be loaded, read nothing, or their tool is not installed', async () => {
    const missing = await own({ '.dependency-cruiser.cjs': "module.exports = require('not-installed-at-all');" }).inspect(layerRules);
    expect(missing).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
    expect(missing.hint).toContain('not-installed-at-all');
    const nothing = own({ '.dependency-cruiser.cjs': "module.exports = { forbidden: [], options: { includeOnly: '^nothing' } };" });
    expect(await nothing.inspect(layerRules)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    const wrong = own({ '.dependency-cruiser.cjs': "module.exports = { forbidden: [{ severity: 'fatal', from: {}, to: {} }] };" });
    expect(await wrong.inspect(layerRules)).toMatchObject({ outcome: 'errored', reason: 'configuration' });
    const absent = checkFixture({ 'package.json': OWN, '.dependency-cruiser.cjs': RULES, ...SOURCES });
    expect(await absent.inspect(layerRules)).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });
});
