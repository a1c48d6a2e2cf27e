import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleMap } from '../../../agents/checks/module-map.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import type { CheckFixture } from '../../support/check-fixture.ts';

const OPEN = '<!-- upkeep:module-map -->';
const CLOSE = '<!-- /upkeep:module-map -->';
const EMPTY = `# Map\n\n${OPEN}\n${CLOSE}\n\nAfter.\n`;

const CODE = {
  'main.ts': "import { run } from './src/run.ts';\nrun();\n",
  'src/run.ts': "import { read } from './store/read.ts';\nexport const run = () => [read, import('./page/page.tsx')];\n",
  'src/store/read.ts': "import { model } from '../model/model.ts';\nexport const read = model;\n",
  'src/model/model.ts':
    "import { read } from '../store/other.ts';\nimport type { run } from '../run.ts';\nexport const model = (x: typeof run) => [x, read];\n",
  'src/store/other.ts': 'export const read = 1;\n',
  'src/page/page.tsx': 'export default () => <p />;\n',
  'src/end/alone.js': '',
  'src/run.test.ts': "import './end/alone.js';\n",
};

const MAP = [
  '```mermaid',
  'flowchart LR',
  '  root["."]',
  '  m_src["src"]',
  '  m_src_end["src/end"]',
  '  m_src_model["src/model"]',
  '  m_src_page["src/page"]',
  '  m_src_store["src/store"]',
  '  root --> m_src',
  '  m_src -.-> m_src_page',
  '  m_src --> m_src_store',
  '  m_src_model ==>|cycle| m_src_store',
  '  m_src_store ==>|cycle| m_src_model',
  '```',
];

async function drift(repository: CheckFixture): Promise<string[]> {
  const report = await repository.inspect(moduleMap);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(
    ({ path, line, rule, severity, fixable }) => `${path}:${line} ${rule} ${severity}${fixable ? ' fixable' : ''}`,
  );
}

describe('the module map', () => {
  it('is drawn between the markers, stays as it is, and follows the imports', async () => {
    const repository = checkFixture({ ...CODE, 'docs/architecture.md': EMPTY });
    expect(await drift(repository)).toEqual(['docs/architecture.md:3 module-map-drift warning fixable']);
    expect(await repository.fix(moduleMap, ['docs/architecture.md'])).toMatchObject({ outcome: 'done', reason: null });
    const drawn = repository.read('docs/architecture.md');
    expect(drawn).toBe(`# Map\n\n${OPEN}\n\n${MAP.join('\n')}\n\n${CLOSE}\n\nAfter.\n`);
    expect(await drift(repository)).toEqual([]);
    await repository.fix(moduleMap, ['docs/architecture.md']);
    expect(repository.read('docs/architecture.md')).toBe(drawn);

    repository.write({ 'src/page/page.tsx': "import '../end/alone.js';\n" });
    expect(await drift(repository)).toEqual(['docs/architecture.md:3 module-map-drift warning fixable']);
    await repository.fix(moduleMap, ['docs/architecture.md']);
    expect(repository.read('docs/architecture.md')).toBe(
      drawn.replace('  m_src_store ==>', '  m_src_page --> m_src_end\n  m_src_store ==>'),
    );
  });

  it('keeps line endings, changes every region of the files it was given, and no other file', async () => {
    const windows = `Top\r\n${OPEN}\r\nold\r\n${CLOSE}\r\nmiddle\r\n${OPEN}\r\n${CLOSE}`;
    const repository = checkFixture({ 'src/a.js': '', 'README.md': windows, 'other.md': EMPTY });
    expect(await drift(repository)).toEqual([
      'README.md:2 module-map-drift warning fixable',
      'README.md:6 module-map-drift warning fixable',
      'other.md:3 module-map-drift warning fixable',
    ]);
    await repository.fix(moduleMap, ['README.md']);
    const map = ['', '```mermaid', 'flowchart LR', '  m_src["src"]', '```', ''].join('\r\n');
    expect(repository.read('README.md')).toBe(`Top\r\n${OPEN}\r\n${map}\r\n${CLOSE}\r\nmiddle\r\n${OPEN}\r\n${map}\r\n${CLOSE}`);
    expect(repository.read('other.md')).toBe(EMPTY);
    expect(await drift(repository)).toEqual(['other.md:3 module-map-drift warning fixable']);
  });

  it('never writes through a link or into a text that is not UTF-8', async () => {
    const outside = checkFixture({ 'secret.md': EMPTY });
    const repository = checkFixture({ 'a.js': '', 'README.md': EMPTY, 'latin.md': EMPTY });
    symlinkSync(join(outside.root, 'secret.md'), join(repository.root, 'linked.md'));
    writeFileSync(join(repository.root, 'latin.md'), Buffer.concat([Buffer.from([0xe9, 0x0a]), Buffer.from(EMPTY)]));
    await repository.fix(moduleMap, ['README.md', 'latin.md', 'linked.md']);
    expect(outside.read('secret.md')).toBe(EMPTY);
    expect(repository.read('README.md')).toContain('flowchart LR');
    expect(repository.read('latin.md')).not.toContain('flowchart LR');
  });

  it('holds names that Mermaid would misread, and a workspace with many folders', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `packages/p${at % 3}/src/f${at}/x.ts`,
        at === 0 ? "import '../../../p1/src/f1/x';\n" : 'export {};\n',
      ]),
    );
    const odd = { 'a"]-->x/[id]/x.js': "import '../../a-b/x.js';\n", 'a-b/x.js': '', 'a_b/x.js': '' };
    const repository = checkFixture({ ...many, ...odd, 'README.md': EMPTY });
    await repository.fix(moduleMap, ['README.md']);
    expect(repository.read('README.md').split('\n').slice(6, -6)).toEqual([
      '  m_a_x_id_["a#34;]--#62;x/[id]"]',
      '  m_a_b["a-b"]',
      '  m_a_b_2["a_b"]',
      '  m_packages_p0_src["packages/p0/src"]',
      '  m_packages_p1_src["packages/p1/src"]',
      '  m_packages_p2_src["packages/p2/src"]',
      '  m_a_x_id_ --> m_a_b',
      '  m_packages_p0_src --> m_packages_p1_src',
    ]);
  });
});

describe('whether there is a map', () => {
  it.each([
    ['no markers', '# Title\n'],
    ['one marker', `${OPEN}\n`],
    ['markers the wrong way round', `${CLOSE}\n${OPEN}\n`],
    ['markers inside a fence', `\`\`\`md\n${OPEN}\n${CLOSE}\n\`\`\`\n`],
    ['markers inside a sentence', `Put ${OPEN} and ${CLOSE} there.\n`],
  ])('is none with %s', async (_, text) => {
    const detected = await checkFixture({ 'a.js': '', 'README.md': text }).detect(moduleMap);
    expect(detected.applies).toBe(false);
    expect(detected.why).toContain(`no Markdown file has the markers: put ${OPEN} and ${CLOSE}`);
  });

  it('is one where both markers stand, and there is code', async () => {
    expect((await checkFixture({ 'README.md': EMPTY }).detect(moduleMap)).applies).toBe(false);
    expect((await checkFixture({ 'a.js': '', 'vendor/x/README.md': EMPTY, 'tests/fixtures/a.md': EMPTY }).detect(moduleMap)).applies).toBe(
      false,
    );
    const detected = await checkFixture({ 'a.js': '', 'docs/map.md': EMPTY }).detect(moduleMap);
    expect(detected).toMatchObject({
      applies: true,
      needsDependencies: false,
      seesEveryPath: true,
      why: 'docs/map.md with the markers of a module map',
    });
  });

  it('ends errored when none of the code can be read, or reading it crashes', async () => {
    const repository = checkFixture({ 'a.js': 'x\0y', 'README.md': EMPTY });
    expect(await repository.inspect(moduleMap)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    expect(await repository.fix(moduleMap, ['README.md'])).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    expect(repository.read('README.md')).toBe(EMPTY);
    repository.write({ 'a.js': '' });
    expect(await repository.inspect(moduleMap, { timeoutMs: 50 })).toMatchObject({ outcome: 'errored', reason: 'timeout' });
  });
});
