import { describe, expect, it } from 'vitest';
import { shellFormat } from '../../../agents/checks/shell-format.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { isOnMachine, machineDouble } from '../../support/machine-double.ts';

const TIDY = '#!/bin/sh\nif true; then\n\techo a\nfi\n';
const WILD = '#!/bin/sh\nif true; then\necho   a\nfi\n';
const HOOKS = (rev: string, args = ''): string =>
  `repos:\n  - repo: https://github.com/scop/pre-commit-shfmt\n    rev: ${rev}\n    hooks:\n      - id: shfmt\n${args}`;

/** Answers as shfmt 3.6 does where FORCE_COLOR is 0: a diff in colours for what is written with three spaces, a sentence for what does not parse. */
const DOUBLE = `
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === '--version') { console.log('v3.6.0'); process.exit(0); }
writeFileSync('args.json', JSON.stringify(args));
for (const file of args.slice(args.indexOf('--') + 1)) {
  const text = readFileSync(file, 'utf8');
  if (text.includes('(\\n')) { console.error(file + ':1:4: reached EOF without matching ( with )'); process.exitCode = 1; continue; }
  const formatted = text.replace(/^ *echo {3}/m, '\\techo ');
  if (formatted === text) continue;
  if (args[0] === '-w') { writeFileSync(file, formatted); continue; }
  console.log('\\x1b[1m--- ' + file + '.orig\\n+++ ' + file + '\\n\\x1b[0m\\x1b[36m@@ -1,4 +1,4 @@\\n #!/bin/sh\\n if true; then\\n-echo   a\\n+\\techo a\\n fi');
  process.exitCode = 1;
}
`;

describe.each([
  ['a double', DOUBLE],
  ['the machine', null],
] as const)('shfmt of %s', (_name, script) => {
  const isHere = script !== null || isOnMachine('shfmt');

  it.runIf(isHere)('tells scripts that it would write in another way, and writes them', async () => {
    const fixture = checkFixture({
      'package.json': { name: 'x', scripts: { format: 'shfmt -w .' } },
      'a.sh': WILD,
      'b.sh': TIDY,
      'c.sh': 'if (\n',
    });
    const options = script === null ? {} : machineDouble(fixture, 'shfmt', script);
    const { outcome, findings } = await fixture.inspect(shellFormat, options);
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, line, rule, fixable }) => ({ path, line, rule, fixable }))).toEqual([
      { path: 'a.sh', line: 3, rule: 'format', fixable: true },
    ]);
    expect(await fixture.fix(shellFormat, ['a.sh'], options)).toMatchObject({ outcome: 'done' });
    expect(fixture.read('a.sh')).toBe(TIDY);
    expect((await fixture.inspect(shellFormat, options)).outcome).toBe('passed');
  });
});

describe('shfmt', () => {
  it.each([
    [{ 'package.json': { name: 'x', scripts: { lint: 'shfmt -d -i 2 -ci scripts' } } }, ['-i', '2', '-ci']],
    [{ '.pre-commit-config.yaml': HOOKS('v3.6.0-1') }, ['-s']],
    [{ '.pre-commit-config.yaml': HOOKS('v3.6.0-1', "        args: ['-i', '4', -w]\n") }, ['-i', '4']],
    [{ Makefile: 'lint:\n\t@shfmt -l -bn -ln=bash $(SCRIPTS)\n' }, ['-bn', '-ln=bash']],
    [{ 'package.json': { name: 'x', 'lint-staged': { '*.sh': ['shfmt -w -sr'] } } }, ['-sr']],
    [{ '.github/workflows/ci.yml': 'jobs:\n  lint:\n    steps:\n      - run: shfmt -d -kp .\n' }, ['-kp']],
    [{ '.editorconfig': '[*.sh]\nindent_size = 4\nswitch_case_indent = true\n' }, []],
  ])('goes by what sets it up: %o', async (files, expected) => {
    const fixture = checkFixture({ ...files, 'scripts/a.sh': WILD });
    const options = machineDouble(fixture, 'shfmt', DOUBLE);
    expect((await fixture.inspect(shellFormat, options)).findings).toHaveLength(1);
    expect(JSON.parse(fixture.read('args.json'))).toEqual(['-d', ...expected, '--', 'scripts/a.sh']);
  });

  it.each([
    [{ '.editorconfig': '[*.sh]\nindent_style = tab\nindent_size = 4\n' }],
    [{ 'README.md': 'Format by shfmt -w .\n' }],
    [{ '.github/workflows/ci.yml': 'steps:\n  - run: sudo apt-get install -y shfmt\n' }],
    [{ Makefile: '# shfmt is nice\n' }],
  ])('is not set up by how an editor indents, nor by a word: %o', async (files) => {
    expect(await checkFixture({ ...files, 'a.sh': WILD }).detect(shellFormat)).toMatchObject({ applies: false });
  });

  it('reads what the repository has it read', async () => {
    const hooks = `exclude: ^third/\n${HOOKS('v3.6.0-1', '        exclude: ^old/\n')}`;
    const fixture = checkFixture({
      '.pre-commit-config.yaml': hooks,
      'third/a.sh': WILD,
      'old/a.sh': WILD,
      'new/a.sh': WILD,
      'vendor/a.sh': WILD,
    });
    const { findings } = await fixture.inspect(shellFormat, machineDouble(fixture, 'shfmt', DOUBLE));
    expect(findings.map(({ path }) => path)).toEqual(['new/a.sh']);
  });

  it('is skipped in clear words where it is missing or another version, and errored where it crashes', async () => {
    const files = { '.pre-commit-config.yaml': HOOKS('v3.12.0-2'), 'a.sh': WILD };
    expect(await checkFixture(files).inspect(shellFormat, { baseEnv: { PATH: '/nowhere' } })).toMatchObject({
      ...{ outcome: 'skipped', reason: 'tool-missing', hint: expect.stringContaining('not on this machine') as string },
    });
    const other = checkFixture(files);
    expect(await other.inspect(shellFormat, machineDouble(other, 'shfmt', DOUBLE))).toMatchObject({
      ...{ outcome: 'skipped', hint: 'The repository asks for shfmt 3.12.0, and this machine has v3.6.0.' },
    });
    const broken = checkFixture({ Makefile: 'fmt:\n\tshfmt -w .\n', 'a.sh': WILD });
    const crash = machineDouble(broken, 'shfmt', "console.error('panic: runtime error'); process.exitCode = 2;");
    expect(await broken.inspect(shellFormat, crash)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
  });
});
