import { expect, it } from 'vitest';
import { stylelint } from '../../../agents/checks/stylelint.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const MANIFEST = { name: 'x', devDependencies: { stylelint: '^18' } };
const RULES = { rules: { 'color-hex-length': 'short', 'block-no-empty': true, 'length-zero-no-unit': [true, { severity: 'warning' }] } };

function styled(files: Readonly<Record<string, string | object>>): CheckFixture {
  const fixture = checkFixture({ 'package.json': MANIFEST, '.stylelintrc.json': RULES, ...files });
  fixture.link(['stylelint']);
  return fixture;
}

it('tells what the repository’s own rules say, with their severities, and what cannot be read', async () => {
  const fixture = styled({
    'src/a.css': 'a { color: #ffffff; margin: 0px }\nb {}\n',
    'src/b.css': 'a { color: red\n',
    'notes.txt': 'no style',
    'src/c.scss': '// a comment\n$a: 1;\n',
  });
  const { findings, outcome, command } = await fixture.inspect(stylelint);
  expect(outcome).toBe('failed');
  expect(findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`).sort()).toEqual([
    'src/a.css:1 color-hex-length error',
    'src/a.css:1 length-zero-no-unit warning',
    'src/a.css:2 block-no-empty error',
    'src/b.css:1 CssSyntaxError error',
  ]);
  expect(command).toContain('stylelint');
});

it('repairs what it can, and nothing else', async () => {
  const fixture = styled({ 'src/a.css': 'a { color: #ffffff; margin: 0px }\n', 'src/b.css': 'b {}\n' });
  expect(await fixture.fix(stylelint, ['src/a.css', 'src/b.css'])).toMatchObject({ outcome: 'done' });
  expect(fixture.read('src/a.css')).toBe('a { color: #fff; margin: 0 }\n');
  expect(fixture.read('src/b.css')).toBe('b {}\n');
});

it('reads the files that its script names', async () => {
  const scripts = { 'lint:css': 'stylelint "styles/**/*.css" --fix --max-warnings 0' };
  const fixture = styled({ 'package.json': { ...MANIFEST, scripts }, 'styles/a.css': 'a {}\n', 'other/b.css': 'b {}\n' });
  expect((await fixture.inspect(stylelint)).findings.map(({ path }) => path)).toEqual(['styles/a.css']);
});

it('is no pass where it read nothing, cannot use its configuration, or crashed', async () => {
  expect(await styled({}).inspect(stylelint)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  expect(await styled({ '.stylelintrc.json': '{"rules":{', 'a.css': 'a {}\n' }).inspect(stylelint)).toMatchObject({
    outcome: 'errored',
    reason: 'configuration',
  });
  const gone = { extends: 'stylelint-config-of-nobody' };
  expect(await styled({ '.stylelintrc.json': gone, 'a.css': 'a {}\n' }).inspect(stylelint)).toMatchObject({ outcome: 'errored' });
});

it('does not apply where it is not set up', async () => {
  expect(await checkFixture({ 'package.json': { name: 'x' }, 'a.css': '' }).detect(stylelint)).toMatchObject({ applies: false });
});
