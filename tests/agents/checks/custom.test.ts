import { describe, expect, it } from 'vitest';
import type { CustomCheckDefinition } from '../../../agents/checks/custom.ts';
import { createCustomCheck } from '../../../agents/checks/custom.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const node = process.execPath;

function define(more: Partial<Omit<CustomCheckDefinition, 'findings'>> & { findings?: Partial<CustomCheckDefinition['findings']> }) {
  return createCustomCheck({
    id: 'house-rules',
    agent: 'docs',
    title: null,
    run: [node, 'check.cjs'],
    fix: null,
    paths: ['**/*.txt'],
    needsDependencies: false,
    timeoutSeconds: null,
    ...more,
    findings: { format: 'pattern', pattern: null, severity: 'error', ...more.findings },
  });
}

const script = (body: string): Record<string, string> => ({ 'a.txt': 'one\ntwo bad\nthree\n', 'check.cjs': body });
const PATTERN = '^(?<path>[^:]+):(?<line>\\d+):(?<column>\\d+): (?<severity>\\w+) (?<rule>[\\w-]+) (?<message>.+)$';

describe('a custom check', () => {
  it('applies when a file matches, and reads its paths and its own script', async () => {
    const found = await checkFixture(script('')).detect(define({}));
    expect(found.applies && [found.reads('a.txt'), found.reads('check.cjs'), found.reads('b.md')]).toEqual([true, true, false]);
    expect((await checkFixture({ 'a.md': '' }).detect(define({}))).applies).toBe(false);
  });

  it('reads lines by a pattern and passes over the rest', async () => {
    const repository = checkFixture(
      script(`console.log('Checking...\\n\\u001b[31m');
        console.log('a.txt:2:5: error no-bad word is bad'); console.log('./a.txt:3:1: warn style looks odd');
        console.error('a.txt:1:1: error talk aside'); process.exitCode = 1`),
    );
    const report = await repository.inspect(define({ findings: { pattern: PATTERN } }));
    expect(report).toMatchObject({ outcome: 'failed', reason: 'errors-left', command: `${node} check.cjs` });
    expect(report.findings).toMatchObject([
      { path: 'a.txt', line: 2, column: 5, rule: 'no-bad', severity: 'error', message: 'word is bad' },
      { path: 'a.txt', line: 3, column: 1, rule: 'style', severity: 'warning', message: 'looks odd' },
    ]);
  });

  it('reads stderr where no line of stdout matches, for findings that name a file', async () => {
    const repository = checkFixture(
      script(`console.log('Checking...'); console.error('# package a\\nx.txt:1:1: error no-bad not there\\na.txt:2:5: error no-bad word is bad');
        process.exitCode = 1`),
    );
    const report = await repository.inspect(define({ findings: { pattern: PATTERN } }));
    expect(report).toMatchObject({ outcome: 'failed', findings: [{ path: 'a.txt', line: 2, rule: 'no-bad' }] });
  });

  const PLACE = '^(?<path>[^:]+):(?<line>\\d+)(:?)(?<message>.*)$';
  it.each([
    { what: 'an exception', body: `throw new Error('no config')`, said: 'Error: no config' },
    {
      what: 'words about its own script',
      body: `console.error('check.cjs:3: foo not found'); process.exitCode = 127`,
      said: 'foo not found',
    },
    { what: 'an exception after all was well', body: `console.log('Checking...'); null.x`, said: 'TypeError: Cannot read' },
  ])('takes no finding from a crash: $what', async ({ body, said }) => {
    const report = await checkFixture(script(body)).inspect(define({ findings: { pattern: PLACE } }));
    expect(report).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [] });
    expect(report.hint).toContain(said);
    expect(report.hint).toContain('customChecks.house-rules');
  });

  it('keeps what a command found before it crashed, and says that it crashed', async () => {
    const repository = checkFixture(script(`console.log('a.txt:2: bad'); throw new Error('halfway')`));
    const asWarnings = await repository.inspect(define({ findings: { pattern: PLACE, severity: 'warning' } }));
    expect(asWarnings).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [{ path: 'a.txt', line: 2 }] });
    const asErrors = await repository.inspect(define({ findings: { pattern: PLACE } }));
    expect(asErrors).toMatchObject({ outcome: 'failed', findings: [{ path: 'a.txt' }] });
    expect(asErrors.hint).toContain('halfway');
    repository.write({ 'check.cjs': `console.log(JSON.stringify({ message: 'bad' })); throw new Error('halfway')` });
    const asJson = await repository.inspect(define({ findings: { format: 'json-lines', severity: 'warning' } }));
    expect(asJson).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [{ message: 'bad' }] });
  });

  it('tells of a file that is not there without a place', async () => {
    const repository = checkFixture(script(`console.log('docs/index.txt:1: is missing')`));
    const report = await repository.inspect(define({ findings: { pattern: PLACE } }));
    expect(report.findings).toMatchObject([{ path: null, line: null, message: 'docs/index.txt: is missing' }]);
  });

  it('takes a search that finds nothing, exit code 1 without a word, for no findings, and no other end of it', async () => {
    const pattern = '^(?<path>[^:]+):(?<line>\\d+):(?<message>.*)$';
    const search = (...words: string[]) => define({ run: ['grep', '-rn', ...words], paths: ['docs/**'], findings: { pattern } });
    const repository = checkFixture({ 'docs/a.txt': 'one\nTODO two\n' });
    expect((await repository.inspect(search('TODO', 'docs'))).findings).toMatchObject([
      { path: 'docs/a.txt', line: 2, message: 'TODO two' },
    ]);
    expect(await repository.inspect(search('FIXME', 'docs'))).toMatchObject({ outcome: 'passed', findings: [] });
    expect((await repository.inspect(search('TODO', 'dogs'))).outcome).toBe('errored');
    const silent = (code: number) => define({ run: [node, '-e', `process.exitCode = ${code}`], paths: ['**'], findings: { pattern } });
    expect((await repository.inspect(silent(2))).outcome).toBe('errored');
    const otherFormat = define({ run: [node, '-e', 'process.exitCode = 1'], paths: ['**'], findings: { format: 'json-lines' } });
    expect((await repository.inspect(otherFormat)).outcome).toBe('errored');
  });

  it('keeps a fingerprint when lines above move', async () => {
    const repository = checkFixture(
      script(`const text = require('node:fs').readFileSync('a.txt', 'utf8').split('\\n');
      console.log('a.txt:' + (text.indexOf('two bad') + 1) + ':1: error no-bad word is bad')`),
    );
    const check = define({ findings: { pattern: PATTERN } });
    const [before] = (await repository.inspect(check)).findings;
    repository.write({ 'a.txt': 'zero\n\none\ntwo bad\n' });
    const [after] = (await repository.inspect(check)).findings;
    expect(after?.line).toBe(4);
    expect(after?.fingerprint).toBe(before?.fingerprint);
  });

  it('reads JSON lines with the names that tools use', async () => {
    const repository = checkFixture(
      script(`console.log(JSON.stringify({ file: process.cwd() + '/a.txt', line: '2', col: 1, code: 7, level: 'error', msg: 'bad\\nword' }));
        console.log(''); console.log(JSON.stringify({ message: 'no severity, no path' }))`),
    );
    const report = await repository.inspect(define({ findings: { format: 'json-lines', severity: 'warning' } }));
    expect(report.findings).toMatchObject([
      { path: 'a.txt', line: 2, column: 1, rule: '7', severity: 'error', message: 'bad word' },
      { path: null, rule: 'house-rules', severity: 'warning', message: 'no severity, no path' },
    ]);
  });

  it('reads SARIF', async () => {
    const result = { ruleId: 'R', message: { text: 'm' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'a.txt' } } }] };
    const repository = checkFixture(script(`console.log(${JSON.stringify(JSON.stringify({ runs: [{ results: [result] }] }))})`));
    const report = await repository.inspect(define({ findings: { format: 'sarif' } }));
    expect(report.findings).toMatchObject([{ path: 'a.txt', rule: 'R', severity: 'error' }]);
  });

  it('takes the exit code alone, with the last line as its message', async () => {
    const repository = checkFixture(script(`console.log('3 licences missing'); process.exitCode = 4`));
    const report = await repository.inspect(define({ findings: { format: 'exit-code' } }));
    expect(report.findings).toMatchObject([{ path: null, severity: 'error', message: 'ended with exit code 4: 3 licences missing' }]);
    const good = checkFixture(script(''));
    expect((await good.inspect(define({ findings: { format: 'exit-code' } }))).outcome).toBe('passed');
  });

  it('names the setting, and its place where that is known, when the command does not exist', async () => {
    const fixture = checkFixture(script(''));
    const command = { run: ['no-such-tool-anywhere', '--x'], fix: ['no-such-fixer'] } as const;
    const check = define({ run: [...command.run], fix: [...command.fix], places: { run: 'agent.config.json:4:9', fix: 'base.json:7:9' } });
    expect(await fixture.inspect(check)).toMatchObject({
      outcome: 'errored',
      reason: 'tool-not-found',
      hint: 'no-such-tool-anywhere --x could not be started, no-such-tool-anywhere is no program on this machine: correct customChecks.house-rules.run (agent.config.json:4:9).',
    });
    expect((await fixture.fix(check, ['a.txt'])).hint).toMatch(/: correct customChecks\.house-rules\.fix \(base\.json:7:9\)\.$/);
    expect((await fixture.inspect(define({ run: ['./a.txt'] }))).hint).toBe(
      './a.txt could not be started, ./a.txt may not be executed: correct customChecks.house-rules.run.',
    );
  });

  it.each([
    {
      what: 'JSON lines that are none',
      body: `console.log('panic: oh no')`,
      findings: { format: 'json-lines' as const },
      problem: 'no JSON object',
    },
    { what: 'SARIF that is none', body: `console.log('<html>')`, findings: { format: 'sarif' as const }, problem: 'not JSON' },
    {
      what: 'an exit code without a finding',
      body: `console.log('boom'); process.exitCode = 3`,
      findings: { pattern: PATTERN },
      problem: 'exit code 3',
    },
    { what: 'a pattern that does not compile', body: `console.log('x')`, findings: { pattern: '(?<path>[' }, problem: 'pattern' },
    {
      what: 'a pattern that backtracks for ever',
      body: `console.log('a'.repeat(60) + '!')`,
      findings: { pattern: '^(?<message>(a+)+)$' },
      problem: 'pattern needed more than',
    },
  ])('does not call $what a pass', async ({ body, findings, problem }) => {
    const report = await checkFixture(script(body)).inspect(define({ findings }));
    expect(report).toMatchObject({ outcome: 'errored', reason: 'nonsense-output', findings: [] });
    expect(report.hint).toContain(problem);
  });

  it.each(['../other/a.txt', '/etc/passwd', 'file:///etc/passwd'])('refuses findings outside the repository: %s', async (path) => {
    const repository = checkFixture(script(`console.log(JSON.stringify({ path: ${JSON.stringify(path)}, message: 'm' }))`));
    const report = await repository.inspect(define({ findings: { format: 'json-lines' } }));
    expect(report).toMatchObject({ outcome: 'errored', reason: 'nonsense-output', findings: [] });
    expect(report.hint).toContain('not a file of this repository');
  });

  it('ends a command at its own time limit', async () => {
    const repository = checkFixture(script('setInterval(() => undefined, 1000)'));
    const report = await repository.inspect(define({ timeoutSeconds: 1 }));
    expect(report).toMatchObject({ outcome: 'errored', reason: 'timeout' });
  });

  it('passes arguments as they are, without a shell', async () => {
    const repository = checkFixture(script(`console.log(JSON.stringify({ message: process.argv.slice(2).join('|') }))`));
    const report = await repository.inspect(
      define({ run: [node, 'check.cjs', '$(touch pwned)', "it's", '*'], findings: { format: 'json-lines' } }),
    );
    expect(report.findings[0]?.message).toBe("$(touch pwned)|it's|*");
    expect(report.command).toBe(`${node} check.cjs '$(touch pwned)' 'it'\\''s' '*'`);
  });

  it('repairs by the command for it', async () => {
    const repository = checkFixture({
      ...script(`if (/bad/.test(require('node:fs').readFileSync('a.txt', 'utf8'))) console.log('a.txt:2:1: error no-bad bad')`),
      'fix.cjs': `const fs = require('node:fs'); fs.writeFileSync('a.txt', fs.readFileSync('a.txt', 'utf8').replace('bad', 'good')); process.exitCode = 1`,
    });
    const check = define({ fix: [node, 'fix.cjs'], findings: { pattern: PATTERN } });
    expect((await repository.inspect(check)).findings).toMatchObject([{ fixable: true }]);
    expect(await repository.fix(check, ['a.txt'])).toMatchObject({ outcome: 'done', reason: null });
    expect(repository.read('a.txt')).toBe('one\ntwo good\nthree\n');
    expect((await repository.inspect(check)).outcome).toBe('passed');
    expect(await repository.fix(define({ fix: ['no-such-fixer'] }), ['a.txt'])).toMatchObject({
      outcome: 'errored',
      reason: 'tool-not-found',
    });
  });
});
