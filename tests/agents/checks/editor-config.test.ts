import { describe, expect, it } from 'vitest';
import { editorConfig } from '../../../agents/checks/editor-config.ts';
import { textLines } from '../../../agents/checks/shell-text.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const ASKS =
  'root = true\n\n[*]\ntrim_trailing_whitespace = true\ninsert_final_newline = true\n\n[*.md]\ntrim_trailing_whitespace = false\n';

async function told(files: Readonly<Record<string, string | object>>): Promise<string[]> {
  const { findings } = await checkFixture({ '.editorconfig': ASKS, ...files }).inspect(editorConfig);
  return findings.map(({ path, line, rule, severity, fixable }) => `${path}:${line} ${rule} ${severity}${fixable ? '' : ' left'}`);
}

/** The file as the fixer leaves it. */
async function fixed(path: string, text: string): Promise<string> {
  const fixture = checkFixture({ '.editorconfig': ASKS, [path]: text });
  await fixture.fix(editorConfig, [path]);
  expect((await fixture.inspect(editorConfig)).findings).toEqual([]);
  return fixture.read(path);
}

describe('.editorconfig', () => {
  it('has spaces at ends of lines and missing last line breaks told in YAML and scripts, as warnings', async () => {
    const files = {
      'a.yaml': 'a: 1  \nb: 2\t\n',
      'b.yml': 'a: 1',
      'run.sh': '#!/bin/sh\necho a \n',
      'bin/run': '#!/bin/bash\necho a',
      'c.md': 'a  \n',
    };
    expect(await told(files)).toEqual([
      'a.yaml:1 trim_trailing_whitespace warning',
      'b.yml:null insert_final_newline warning',
      'bin/run:null insert_final_newline warning',
      'run.sh:2 trim_trailing_whitespace warning',
    ]);
  });

  it('is obeyed, and nothing else is changed', async () => {
    expect(await fixed('a.yaml', 'a: 1  # one \n\n  \nb:   2')).toBe('a: 1  # one\n\n\nb:   2\n');
    expect(await fixed('a.yml', 'a: 1 \r\nb: 2')).toBe('a: 1\r\nb: 2\r\n');
    expect(await fixed('a.sh', '#!/bin/sh \nif true; then\t\n  echo "a"\nfi')).toBe('#!/bin/sh\nif true; then\n  echo "a"\nfi\n');
  });

  it.each([
    ['text: |\n  one  \n  two\nb: 1 \n', 'text: |\n  one  \n  two\nb: 1\n'],
    ['text: |+\n  one\n  \n  \n', 'text: |+\n  one\n  \n  \n'],
    ['text: "one  \n  two"\nb: 1 \n', 'text: "one  \n  two"\nb: 1\n'],
    ["text: 'one \\ \n  two'\n", "text: 'one \\ \n  two'\n"],
    ['text: |\n  one', 'text: |\n  one'],
    ['---\na: 1 \n---\nb: >-\n  x \n', '---\na: 1\n---\nb: >-\n  x \n'],
  ])('leaves texts of YAML as they are: %j', async (before, after) => {
    expect(await fixed('a.yaml', before)).toBe(after);
  });

  it.each([
    ['cat <<EOF \nkeep  \nEOF\necho a \n', 'cat <<EOF\nkeep  \nEOF\necho a\n'],
    ["cat <<-'END'\n\tkeep  \n\tEND\necho a \n", "cat <<-'END'\n\tkeep  \n\tEND\necho a\n"],
    ['echo "one  \ntwo  " \necho b \n', 'echo "one  \ntwo  "\necho b\n'],
    ["awk '{ \n  print }' a \n", "awk '{ \n  print }' a\n"],
    ['printf %s \\ \necho a\\  \n', 'printf %s \\ \necho a\\  \n'],
    ["# it's nice \necho \"$(echo 'a b')\" \n", "# it's nice\necho \"$(echo 'a b')\"\n"],
    ['x=${1:-"a  \nb"} \necho $# ${#x} \n', 'x=${1:-"a  \nb"}\necho $# ${#x}\n'],
    ['cat <<A <<B \n1 \nA\n2 \nB\necho a \n', 'cat <<A <<B\n1 \nA\n2 \nB\necho a\n'],
    ['out=$(cat <<EOF\nkeep \nEOF\n) \n', 'out=$(cat <<EOF\nkeep \nEOF\n)\n'],
    ['case $1 in \n  a) echo "b";; \nesac \n', 'case $1 in\n  a) echo "b";;\nesac\n'],
    ['echo $((1 << 2)) \ngrep x <<< "a" \n', 'echo $((1 << 2))\ngrep x <<< "a"\n'],
  ])('leaves texts of scripts as they are: %j', async (before, after) => {
    expect(await fixed('a.sh', before)).toBe(after);
  });

  it('leaves a script alone of which nobody can tell what is text', async () => {
    for (const script of [
      'let x=1<<2 \n',
      'echo "open \n',
      'cat <<EOF \nnever ends \n',
      'echo "$(case x in x) echo a;; esac)" \n',
      '(( x = 1 +\n 2 )) \n',
    ]) {
      expect(textLines(script), script).toBeNull();
      expect(await fixed('a.sh', script)).toBe(script);
    }
  });

  it('leaves to a formatter what one is set up for', async () => {
    const files = { 'a.yaml': 'a: 1 \n', 'run.sh': 'echo a \n' };
    const prettier = { 'package.json': { name: 'x', devDependencies: { prettier: '3' } }, '.prettierrc': '{}' };
    expect(await told({ ...files, ...prettier })).toEqual(['run.sh:1 trim_trailing_whitespace warning']);
    expect(await told({ ...files, '.yamlfmt': '', Makefile: 'fmt:\n\tshfmt -w .\n' })).toEqual([]);
  });

  it('is read as editors read it: sections, folders, roots', async () => {
    const files = {
      '.editorconfig': '[*.{yml,yaml}]\ntrim_trailing_whitespace = true\n[/deploy/**.yaml]\ntrim_trailing_whitespace = unset\n',
      'a.yaml': 'a: 1 \n',
      'deploy/a.yaml': 'a: 1 \n',
      'own/.editorconfig': 'root = true\n[*]\nTrim_Trailing_Whitespace = FALSE ; no\n',
      'own/a.yml': 'a: 1 \n',
      'run.sh': 'echo a \n',
    };
    expect(await told(files)).toEqual(['a.yaml:1 trim_trailing_whitespace warning']);
  });

  it('asks nothing of lockfiles, fixtures and files that do not parse', async () => {
    expect(await told({ 'pnpm-lock.yaml': 'a: 1 \n', 'fixtures/a.yaml': 'a: 1 \n', 'a.yaml': 'a: [1 \n', 'b.yaml': 'b: 1\n' })).toEqual([]);
  });

  it('does not apply where it asks for neither', async () => {
    expect(await checkFixture({ 'a.yaml': '' }).detect(editorConfig)).toMatchObject({ applies: false });
    const files = { '.editorconfig': '[*]\nindent_size = 2\n', 'a.yaml': 'a: 1 \n' };
    expect(await checkFixture(files).detect(editorConfig)).toMatchObject({ applies: false });
  });
});
