import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../../agents/checks/generated-docs.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import type { CheckFixture } from '../../support/check-fixture.ts';

const OPEN = '<!-- START doctoc generated TOC please keep comment here to allow auto update -->';
const CLOSE = '<!-- END doctoc generated TOC please keep comment here to allow auto update -->';
const page = (contents: string, title = '# T'): string => `${title}\n\n${OPEN}\n${contents}\n${CLOSE}\n\n## One\n\n## Two\n`;
const CONTENTS = '\n- [One](#one)\n- [Two](#two)\n';

/** Does what doctoc 2.5 does to the files that it is given: the headings of the second level between its markers. */
const DOCTOC = `
const { readFileSync, writeFileSync, appendFileSync, readdirSync } = require('node:fs');
appendFileSync('calls.log', JSON.stringify(process.argv.slice(2)) + '\\n');
for (const given of process.argv.slice(2).filter((word) => !/^(-|\\*$)/.test(word))) {
  for (const file of given.endsWith('.md') ? [given] : readdirSync(given).filter((name) => name.endsWith('.md')).map((name) => given + '/' + name)) {
    const text = readFileSync(file, 'utf8');
    const list = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => '- [' + name + '](#' + name.toLowerCase() + ')').join('\\n');
    const made = text.replace(/(<!-- START doctoc[^\\n]*\\n)[^]*(<!-- END doctoc)/, (_, open, close) => open + '\\n' + list + '\\n\\n' + close);
    if (made !== text) writeFileSync(file, made STRAY);
  }
}
`;

function withDoctoc(files: Readonly<Record<string, string | object>>, stray = ''): CheckFixture {
  const scripts = { 'docs:toc': 'doctoc README.md docs' };
  const manifest = { name: 'x', devDependencies: { doctoc: '^2.5.0' }, scripts };
  const fixture = checkFixture({ 'package.json': manifest, 'docs/a.md': '# A\n\n## B\n', ...files });
  fixture.fakeTool('doctoc', DOCTOC.replace('STRAY', stray));
  return fixture;
}

async function told(repository: CheckFixture): Promise<string[]> {
  const report = await repository.inspect(generatedDocs);
  expect(['passed', 'failed'], report.hint).toContain(report.outcome);
  return report.findings.map(
    ({ path, line, rule, severity, fixable, message }) => `${path}:${line} ${rule} ${severity}${fixable ? ' fixable' : ''}: ${message}`,
  );
}

describe('a region that the script of a known program writes', () => {
  it('is told at the first line that differs, and written by the program itself', async () => {
    const repository = withDoctoc({ 'README.md': page('\n- [One](#one)\n') });
    expect(await told(repository)).toEqual([
      'README.md:6 out-of-step warning fixable: This is out of step with its generator: run npm run docs:toc.',
    ]);
    expect(repository.read('README.md')).toBe(page('\n- [One](#one)\n'));
    expect(await repository.fix(generatedDocs, ['README.md'])).toMatchObject({ outcome: 'done', command: 'npm run docs:toc' });
    expect(repository.read('README.md')).toBe(page(CONTENTS));
    expect(await told(repository)).toEqual([]);
    // Never without the flag that leaves files alone that have no table of contents.
    expect(repository.read('calls.log').split('\n')[0]).toBe('["--update-only","README.md","docs"]');
  });

  it('is written with patterns of files as a shell would replace them, and no other words', async () => {
    const manifest = { name: 'x', devDependencies: { doctoc: '2' }, scripts: { toc: 'doctoc --title "*" *.md docs/*' } };
    const repository = withDoctoc({ 'package.json': manifest, 'README.md': page(''), 'OTHER.md': '' });
    expect(await told(repository)).toHaveLength(1);
    expect(repository.read('calls.log').split('\n')[0]).toBe('["--update-only","--title","*","OTHER.md","README.md","docs/a.md"]');
  });

  it('is in step when a formatter has been there', async () => {
    const formatted = page('\n<!-- prettier was here -->\n').replace('<!-- prettier was here -->', '* [One](#one)\n* [Two](#two)');
    expect(await told(withDoctoc({ 'README.md': formatted }))).toEqual([]);
  });

  it('is written in the files that were given alone', async () => {
    const repository = withDoctoc({ 'README.md': page(''), 'docs/b.md': page('') });
    expect(await told(repository)).toHaveLength(2);
    await repository.fix(generatedDocs, ['docs/b.md']);
    expect([repository.read('README.md'), repository.read('docs/b.md')]).toEqual([page(''), page(CONTENTS)]);
  });

  it('is an error where the repository checks it itself', async () => {
    const manifest = { name: 'x', devDependencies: { doctoc: '2' } };
    const own = {
      'package.json': { ...manifest, scripts: { toc: 'doctoc README.md', 'toc:check': 'npm run toc && git diff --exit-code' } },
    };
    expect((await told(withDoctoc({ 'README.md': page(''), ...own })))[0]).toContain('README.md:5 out-of-step error fixable');
    const dry = { 'package.json': { ...manifest, scripts: { lint: 'doctoc --dryrun README.md' } } };
    expect((await told(withDoctoc({ 'README.md': page(''), ...dry })))[0]).toContain('README.md:5 out-of-step error fixable');
    const workflow = 'jobs:\n  docs:\n    steps:\n      - run: npm run docs:toc\n      - run: git diff --exit-code\n';
    const inCi = withDoctoc({ 'README.md': page(''), '.github/workflows/docs.yml': workflow });
    expect((await told(inCi))[0]).toContain('README.md:5 out-of-step error fixable');
  });

  it('is not repaired by a program that changes more than what is its own', async () => {
    const repository = withDoctoc({ 'README.md': page('') }, ".replace('# T', '# Other')");
    const [first] = await told(repository);
    expect(first).toContain('README.md:1 out-of-step warning: This is out of step with its generator, which would also change what is not');
    await repository.fix(generatedDocs, ['README.md']);
    expect(repository.read('README.md')).toBe(page(''));
  });

  it('is not repaired by a program that writes something else each time, and days are no difference', async () => {
    const unsteady = withDoctoc({ 'README.md': page('') }, ".replace('- [One]', '- [' + Math.random() + ']')");
    expect((await told(unsteady))[0]).toContain('README.md:5 not-deterministic warning: doctoc writes this in another way each time');
    const dated = withDoctoc(
      { 'README.md': page(`\nOn 2024-02-29 at 10:11:12.\n${CONTENTS}`) },
      ".replace('- [One]', 'On ' + new Date().toISOString().slice(0, 10) + ' at 09:09:09.\\n\\n- [One]')",
    );
    expect(await told(dated)).toEqual([]);
  });

  it('of all-contributors is in step as the bot wrote it, with the same people', async () => {
    const list = (people: string): string => `# T\n\n<!-- ALL-CONTRIBUTORS-LIST:START -->\n${people}\n<!-- ALL-CONTRIBUTORS-LIST:END -->\n`;
    const repository = checkFixture({
      'package.json': { name: 'x', devDependencies: { 'all-contributors-cli': '6' }, scripts: { people: 'all-contributors generate' } },
      'README.md': list('<td align="center"><a href="https://x.org"><b>Ann</b></a></td>'),
    });
    repository.fakeTool('all-contributors-cli', '');
    repository.write({
      'node_modules/all-contributors-cli/package.json': {
        ...{ name: 'all-contributors-cli', version: '6.26.1', bin: { 'all-contributors': 'bin.cjs' } },
      },
      'node_modules/all-contributors-cli/bin.cjs': `require('node:fs').writeFileSync('README.md', ${JSON.stringify(list('<td align="center" valign="top"><a href="https://x.org?s=100"><b>Ann</b></a></td>'))});`,
    });
    expect(await told(repository)).toEqual([]);
    repository.write({ 'README.md': list('<td><b>Bob</b></td>') });
    expect(await told(repository)).toHaveLength(1);
  });

  it('is nobody else’s: a record, a file of others, an empty pair in a sentence', async () => {
    const files = { 'README.md': `Put ${OPEN} there.\n`, 'CHANGELOG.md': page(''), 'vendor/a.md': page('') };
    expect(await withDoctoc(files).detect(generatedDocs)).toMatchObject({ applies: false });
  });
});

describe('documents that a known program writes whole', () => {
  const manifest = (script: string): object => ({
    name: 'x',
    devDependencies: { 'jsdoc-to-markdown': '9', typedoc: '1' },
    scripts: { docs: script },
  });

  it('are what the program prints', async () => {
    const repository = checkFixture({ 'package.json': manifest('jsdoc2md src/*.js > API.md'), 'API.md': '# API\n\nold\n', 'src/a.js': '' });
    repository.fakeTool('jsdoc-to-markdown', "console.log('# API\\n\\n' + process.argv.slice(2).join(' '));");
    repository.write({
      'node_modules/jsdoc-to-markdown/package.json': { name: 'jsdoc-to-markdown', version: '9.0.0', bin: { jsdoc2md: 'bin.cjs' } },
    });
    expect(await told(repository)).toEqual([
      'API.md:3 out-of-step warning fixable: This is out of step with its generator: run npm run docs.',
    ]);
    await repository.fix(generatedDocs, ['API.md']);
    expect(repository.read('API.md')).toBe('# API\n\nsrc/*.js\n');
    expect(await told(repository)).toEqual([]);
  });

  it('are for a person where files would come or go', async () => {
    const repository = checkFixture({
      'package.json': manifest('typedoc'),
      'typedoc.json': { out: 'docs/api' },
      'docs/api/README.md': 'old\n',
      'docs/api/gone.md': 'old\n',
    });
    repository.fakeTool(
      'typedoc',
      "const fs = require('node:fs'); fs.rmSync('docs/api', { recursive: true }); fs.mkdirSync('docs/api'); for (const name of ['README', 'new']) fs.writeFileSync('docs/api/' + name + '.md', 'new\\n');",
    );
    expect(await told(repository)).toEqual([
      'docs/api/README.md:1 out-of-step warning: This is out of step with its generator: run npm run docs.',
      'package.json:null out-of-step warning: typedoc would write docs/api/new.md and would delete docs/api/gone.md: run npm run docs.',
    ]);
  });

  it('are not looked at where the script runs at a release, needs a shell, or its program is no dependency', async () => {
    const files = { 'API.md': 'old\n' };
    const detected = async (scripts: Record<string, string>, dependencies: object): Promise<boolean> =>
      (await checkFixture({ ...files, 'package.json': { name: 'x', scripts, devDependencies: dependencies } }).detect(generatedDocs))
        .applies;
    const dependencies = { 'jsdoc-to-markdown': '9' };
    expect(await detected({ docs: 'jsdoc2md a.js > API.md' }, dependencies)).toBe(true);
    expect(await detected({ prepublishOnly: 'jsdoc2md a.js > API.md' }, dependencies)).toBe(false);
    expect(await detected({ docs: 'jsdoc2md $(ls) > API.md' }, dependencies)).toBe(false);
    expect(await detected({ docs: 'jsdoc2md a.js >> API.md' }, dependencies)).toBe(false);
    expect(await detected({ docs: 'jsdoc2md a.js > API.md' }, {})).toBe(false);
  });

  it('are left as they are where the program or what its script runs before cannot be run, and that is told', async () => {
    const repository = checkFixture({
      'package.json': manifest('node build.js && jsdoc2md a.js > API.md'),
      'API.md': 'old\n',
      'build.js': 'process.exitCode = 3;',
    });
    expect(await repository.inspect(generatedDocs)).toMatchObject({
      outcome: 'skipped',
      isIncomplete: true,
      hint: 'npm run docs could not be carried out: jsdoc-to-markdown is in package.json but not installed: install the dependencies, or use --install.',
    });
    repository.fakeTool('jsdoc-to-markdown', '');
    repository.write({
      'node_modules/jsdoc-to-markdown/package.json': { name: 'jsdoc-to-markdown', version: '9.0.0', bin: { jsdoc2md: 'bin.cjs' } },
    });
    expect((await repository.inspect(generatedDocs)).hint).toContain('node, which docs runs first, ended with exit code 3');
    repository.write({
      'build.js': '',
      'node_modules/jsdoc-to-markdown/bin.cjs': "console.error('Error: no such option'); process.exitCode = 1;",
    });
    expect((await repository.inspect(generatedDocs)).hint).toContain('jsdoc2md ended with exit code 1: Error: no such option');
    const docs = manifest('jsdoc2md a.js > API.md');
    repository.write({
      'package.json': { ...docs, scripts: { docs: 'jsdoc2md a.js > API.md', 'docs:b': 'jsdoc2md b.js > B.md' } },
      'B.md': 'b\n',
    });
    expect((await repository.inspect(generatedDocs)).hint).toContain('no such option; npm run docs:b could not');
    expect(repository.read('API.md')).toBe('old\n');
  });
});

describe('a script of the repository that checks what it generates', () => {
  const program = "if (process.argv.includes('--check')) { console.error('docs/options.md is out of date'); process.exitCode = 1; }";
  const repositoryWith = (scripts: Record<string, string>, text = program): CheckFixture =>
    checkFixture({
      'package.json': { name: 'x', scripts },
      'scripts/gen.js': text,
      'docs/options.md': '<!-- Generated by `npm run options`, do not edit. -->\n\n# Options\n',
    });

  it.each([
    ['by its name', { 'docs:check': 'node scripts/gen.js --check' }, 'package.json'],
    [
      'by its arguments, at the document that names the script that writes it',
      { options: 'node scripts/gen.js', ci: 'node scripts/gen.js --check' },
      'docs/options.md',
    ],
    [
      'by the name of the script that writes the document',
      { options: 'node scripts/gen.js', 'options:check': 'npm run options -- --check' },
      'docs/options.md',
    ],
    [
      'through another script',
      { 'check:docs': 'npm run docs:verify', 'docs:verify': 'node scripts/gen.js --verify --check' },
      'package.json',
    ],
  ])('is run where it is known %s', async (_, scripts, path) => {
    const repository = repositoryWith(scripts);
    const [first] = await told(repository);
    expect(first).toMatch(
      new RegExp(`^${path.replace('.', String.raw`\.`)}:null check-failed error: .* ended with 1: docs/options.md is out of date$`),
    );
  });

  it('is not run where it may write, needs a shell, is a program of others, or has another purpose', async () => {
    for (const scripts of [
      { options: 'node scripts/gen.js' },
      { 'docs:build': 'node scripts/gen.js' },
      { 'docs:check': 'markdown-link-check README.md' },
      { 'docs:check': 'node scripts/gen.js > out.txt' },
      { 'docs:check': 'npm run a && npm run docs -- --check', docs: 'node scripts/gen.js' },
      { 'docs:check': 'node scripts/other.js' },
      { 'release:check': 'node scripts/gen.js --check' },
    ])
      expect(
        await repositoryWith(scripts as unknown as Record<string, string>).detect(generatedDocs),
        JSON.stringify(scripts),
      ).toMatchObject({ applies: false });
  });

  it('passes where it does, and is told as not carried out without a network or a build', async () => {
    const scripts = { 'docs:check': 'node scripts/gen.js' };
    expect(await told(repositoryWith(scripts))).toEqual([]);
    const offline = repositoryWith(scripts, "require('node:net').connect(80, '192.0.2.1');");
    expect(await offline.inspect(generatedDocs)).toMatchObject({
      outcome: 'skipped',
      hint: 'npm run docs:check could not be carried out: it asks for what is elsewhere.',
    });
    const unbuilt = repositoryWith(scripts, "require('../dist/options.js');");
    expect(await unbuilt.inspect(generatedDocs)).toMatchObject({ outcome: 'skipped' });
  });
});
