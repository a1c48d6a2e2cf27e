import { describe, expect, it } from 'vitest';
import { readSarif } from '../../../agents/checks/sarif.ts';

const run = (more: object): string =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [], ...more }] });

describe('reading SARIF', () => {
  it('reads path, place, rule, severity and message', () => {
    const text = run({
      results: [
        {
          ruleId: 'no-var',
          level: 'error',
          message: { text: 'Unexpected var.' },
          locations: [{ physicalLocation: { artifactLocation: { uri: 'src/with%20space.js' }, region: { startLine: 3, startColumn: 5 } } }],
        },
      ],
    });
    expect(readSarif(text)).toEqual({
      ok: true,
      findings: [{ path: 'src/with space.js', line: 3, column: 5, rule: 'no-var', severity: 'error', message: 'Unexpected var.' }],
    });
  });

  it('takes level and text from the rule, by index, and fills in arguments', () => {
    const text = run({
      tool: {
        driver: {
          name: 'x',
          rules: [{ id: 'R1', defaultConfiguration: { level: 'note' }, messageStrings: { default: { text: 'bad {0}, {1}' } } }],
        },
      },
      results: [{ ruleIndex: 0, message: { id: 'default', arguments: ['a', 'b'] } }],
    });
    expect(readSarif(text)).toMatchObject({ ok: true, findings: [{ rule: 'R1', severity: 'warning', message: 'bad a, b', path: null }] });
  });

  it('leaves out what is suppressed, absent or no problem', () => {
    const text = run({
      results: [
        { ruleId: 'a', message: { text: 'x' }, suppressions: [{ kind: 'inSource' }] },
        { ruleId: 'b', message: { text: 'x' }, baselineState: 'absent' },
        { ruleId: 'c', message: { text: 'x' }, kind: 'pass' },
        { ruleId: 'd', message: { text: 'x' }, level: 'none' },
        { ruleId: 'e', message: { text: 'x' }, suppressions: [{ kind: 'external', status: 'rejected' }] },
      ],
    });
    const read = readSarif(text);
    expect(read.ok && read.findings.map((finding) => finding.rule)).toEqual(['e']);
  });

  it('follows artifact indexes and file: bases', () => {
    const text = run({
      artifacts: [{ location: { uri: 'a.c' } }],
      originalUriBaseIds: { SRC: { uri: 'file:///work/tree' } },
      results: [
        { message: { text: '1' }, locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }] },
        { message: { text: '2' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'b.c', uriBaseId: 'SRC' } } }] },
      ],
    });
    const read = readSarif(text);
    expect(read.ok && read.findings.map((finding) => finding.path)).toEqual(['a.c', '/work/tree/b.c']);
  });

  it.each([
    ['no JSON', 'Segmentation fault'],
    ['other JSON', '[]'],
    ['a crash', run({ invocations: [{ executionSuccessful: false }] })],
  ])('refuses %s', (_, text) => {
    expect(readSarif(text).ok).toBe(false);
  });
});
