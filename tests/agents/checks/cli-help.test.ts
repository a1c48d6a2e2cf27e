import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliHelp } from '../../../agents/checks/cli-help.ts';
import { generatedLines } from '../../../agents/checks/generated-regions.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import type { CheckFixture } from '../../support/check-fixture.ts';

const MANIFEST = { name: '@x/tool', version: '1.0.0', bin: { tool: 'bin/tool.js' } };
const PROGRAM = `#!/usr/bin/env node
const words = process.argv.slice(2).filter((word) => word !== '--help');
console.log('\\u001b[1mUsage:\\u001b[0m tool ' + (words[0] ?? '<command>') + '   ');
console.log('');
console.log('Columns: ' + process.env.COLUMNS + ', in ' + __dirname);
`;
const region = (words: string, content = ''): string => `<!-- upkeep:cli-help ${words} -->\n${content}<!-- /upkeep:cli-help -->\n`;

async function told(repository: CheckFixture): Promise<string[]> {
  const report = await repository.inspect(cliHelp);
  expect(report.outcome, report.hint).toBe('passed');
  return report.findings.map(
    ({ path, line, rule, severity, fixable, message }) => `${path}:${line} ${rule} ${severity}${fixable ? ' fixable' : ''}: ${message}`,
  );
}

describe('the help of a command', () => {
  it('is written between the markers, stays as it is, and follows the command', async () => {
    const repository = checkFixture({ 'package.json': MANIFEST, 'bin/tool.js': PROGRAM, 'README.md': `# Tool\n\n${region('tool run')}` });
    expect(await told(repository)).toEqual(['README.md:3 cli-help warning fixable: This is not what tool run --help prints.']);
    expect(await repository.fix(cliHelp, ['README.md'])).toMatchObject({ outcome: 'done', command: 'tool run --help' });
    const written = repository.read('README.md');
    expect(written).toBe(`# Tool\n\n${region('tool run', '\n```text\nUsage: tool run\n\nColumns: 80, in bin\n```\n\n')}`);
    expect(await told(repository)).toEqual([]);
    await repository.fix(cliHelp, ['README.md']);
    expect(repository.read('README.md')).toBe(written);

    repository.write({ 'bin/tool.js': PROGRAM.replace('Columns', 'Width') });
    expect(await told(repository)).toHaveLength(1);
    await repository.fix(cliHelp, ['README.md']);
    expect(repository.read('README.md')).toBe(written.replace('Columns', 'Width'));
  });

  it('is that of the nearest package with such a bin, in every region', async () => {
    const inner = { name: 'tool', bin: './cli.mjs' };
    const repository = checkFixture({
      'package.json': { ...MANIFEST, workspaces: ['packages/*'] },
      'bin/tool.js': PROGRAM,
      'packages/tool/package.json': inner,
      'packages/tool/cli.mjs': "console.error('```\\nthe inner one');\n",
      'packages/tool/README.md': region('tool'),
      'docs/cli.md': `${region('tool')}\n${region('tool stop')}`,
    });
    await repository.fix(cliHelp, ['docs/cli.md', 'packages/tool/README.md']);
    expect(repository.read('packages/tool/README.md')).toBe(region('tool', '\n````text\n```\nthe inner one\n````\n\n'));
    expect(repository.read('docs/cli.md')).toContain('Usage: tool <command>\n');
    expect(repository.read('docs/cli.md')).toContain('Usage: tool stop\n');
    expect(await told(repository)).toEqual([]);
  });

  it('is that of the command as its build makes it', async () => {
    const repository = checkFixture({
      'package.json': { ...MANIFEST, type: 'commonjs', scripts: { build: 'node build.js' } },
      'build.js': "require('node:fs').mkdirSync('dist');require('node:fs').writeFileSync('dist/main.js', \"console.log('built')\");\n",
      'bin/tool.js': "require('../dist/main.js');\n",
      'README.md': region('tool'),
    });
    expect(await told(repository)).toHaveLength(1);
    await repository.fix(cliHelp, ['README.md']);
    expect(repository.read('README.md')).toContain('\n```text\nbuilt\n```\n');
  });

  it.each([
    ['no such command', 'other', {}, 'other is no command of this repository: expected is a bin of a package.json, and declared are tool.'],
    ['an option', 'tool --secret', {}, 'The marker names no command: expected are plain words'],
    ['a path', '../tool', {}, 'The marker names no command: expected are plain words'],
    ['nothing', '', {}, 'The marker names no command: expected are plain words'],
    [
      'a command that ends badly',
      'tool lost',
      { 'bin/tool.js': "console.error('error: unknown command lost'); process.exitCode = 1;" },
      'tool lost --help ended with exit code 1: error: unknown command lost',
    ],
    ['a command without help', 'tool', { 'bin/tool.js': '' }, 'tool --help prints nothing.'],
    [
      'a folder of the machine',
      'tool',
      { 'bin/tool.js': `console.log('default: ${homedir()}/.tool')` },
      'What tool --help prints names the home of the machine',
    ],
    ['a script outside of its package', 'tool', { 'package.json': { ...MANIFEST, bin: { tool: '../tool.js' } } }, 'tool is no command'],
  ])('is not written with %s in the marker', async (...[, words, files, message]) => {
    const repository = checkFixture({ 'package.json': MANIFEST, 'bin/tool.js': PROGRAM, 'README.md': region(words), ...files });
    const [first, ...more] = await told(repository);
    expect(first).toContain(`README.md:1 cli-help warning: ${message}`);
    expect(more).toEqual([]);
    await repository.fix(cliHelp, ['README.md']);
    expect(repository.read('README.md')).toBe(region(words));
  });

  it('is left as it is where nobody can ask for it, and that is told', async () => {
    const unbuilt = checkFixture({ 'package.json': { ...MANIFEST, bin: { tool: 'dist/tool.js' } }, 'README.md': region('tool') });
    expect(await unbuilt.inspect(cliHelp)).toMatchObject({
      outcome: 'skipped',
      reason: 'not-applicable',
      hint: 'tool --help could not be asked for: dist/tool.js is not there, and package.json has no script `build` that would make it.',
    });
    unbuilt.write({ 'package.json': { ...MANIFEST, bin: { tool: 'dist/tool.js' }, scripts: { build: 'node -e "throw new Error(1)"' } } });
    expect(await unbuilt.inspect(cliHelp)).toMatchObject({
      outcome: 'skipped',
      hint: expect.stringContaining('did not end well') as string,
    });
    const slow = checkFixture({ 'package.json': MANIFEST, 'bin/tool.js': 'process.kill(process.pid)', 'README.md': region('tool') });
    expect(await slow.inspect(cliHelp)).toMatchObject({ outcome: 'skipped', isIncomplete: true });
    const other = { ...MANIFEST, bin: { tool: 'bin/tool.js', other: 'bin/other.js' } };
    slow.write({ 'package.json': other, 'bin/other.js': 'console.log("Usage: other");', 'OTHER.md': region('other') });
    const report = await slow.inspect(cliHelp);
    expect(report).toMatchObject({ outcome: 'passed', isIncomplete: true });
    expect(report.hint).toContain('tool --help was killed');
  });

  it('does not apply without markers, and only an example in a fence has none', async () => {
    const text = `\`\`\`md\n${region('tool')}\`\`\`\n`;
    const detection = await checkFixture({ 'package.json': MANIFEST, 'README.md': text }).detect(cliHelp);
    expect(detection).toMatchObject({ applies: false });
    expect(detection.why).toContain('<!-- upkeep:cli-help my-command sub-command -->');
    const applies = await checkFixture({ 'package.json': MANIFEST, 'docs/cli.md': region('tool') }).detect(cliHelp);
    expect(applies).toMatchObject({ applies: true, needsDependencies: false, why: "docs/cli.md with the markers of a command's help" });
    if (applies.applies)
      expect(['docs/cli.md', 'docs/other.md', 'src/a.ts'].filter((path) => applies.reads(path))).toEqual(['docs/cli.md', 'src/a.ts']);
  });

  it('is generated, so that nobody else repairs it', () => {
    const isGenerated = generatedLines(`a\n${region('tool run', 'b\n')}c\n`);
    expect([1, 2, 3, 4, 5].map(isGenerated)).toEqual([false, true, true, true, false]);
  });
});

it('is in the guide of this repository as agent run prints it', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1' };
  const help = execFileSync(process.execPath, [join(root, 'bin/agent.js'), 'run', '--help'], { encoding: 'utf8', env });
  expect(readFileSync(join(root, 'docs/guide/run.md'), 'utf8')).toContain(`\`\`\`text\n${help.trim()}\n\`\`\`\n`);
});
