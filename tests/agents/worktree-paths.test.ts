import { describe, expect, it } from 'vitest';
import { createCustomCheck } from '../../agents/checks/custom.ts';
import { reportErrored } from '../../agents/checks/check-report.ts';
import type { Check } from '../../agents/checks/check.ts';
import { agentWith, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const SCRIPT = `const { pathToFileURL } = require('node:url');
const here = process.cwd() + '/a.txt';
console.log(JSON.stringify({ path: here, line: 1, rule: 'no ' + here, message: here + ' and ' + pathToFileURL(here) + ' are bad' }));
console.log(JSON.stringify({ message: process.cwd() + ' has no licence' }));
console.error('looked into ' + process.cwd());`;

describe('the folder of a worktree', () => {
  it('is in no finding, fingerprint, log or hint', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'one\n', 'check.cjs': SCRIPT });
    const telling = createCustomCheck({
      id: 'telling',
      agent: 'docs',
      title: null,
      run: [process.execPath, 'check.cjs'],
      fix: null,
      paths: ['**'],
      needsDependencies: false,
      timeoutSeconds: null,
      findings: { format: 'json-lines', pattern: null, severity: 'error' },
    });
    const failing: Check = {
      ...wordCheck({ id: 'failing', bad: 'never' }),
      inspect: ({ root }) =>
        Promise.resolve(reportErrored({ reason: 'tool-crashed', hint: `no ${root}/b.txt` }, { command: `cat ${root}/b.txt`, log: root })),
    };
    const checksOf = async () => {
      const { result, recorded } = await runEngine(repository, [agentWith('docs', [telling, failing])]);
      expect(JSON.stringify(recorded)).not.toContain('upkeep-1-');
      return result.runs[0]?.checks ?? [];
    };
    const [first, second] = await checksOf();
    expect(first?.findings).toMatchObject([
      { path: 'a.txt', rule: 'no a.txt', message: 'a.txt and a.txt are bad' },
      { path: null, message: '. has no licence' },
    ]);
    expect(first?.log).toContain('looked into .');
    expect(JSON.stringify(first)).not.toMatch(/upkeep-\d+-/);
    expect(second).toMatchObject({ hint: 'no b.txt', command: 'cat b.txt', log: '.' });
    const [again] = await checksOf();
    expect(again?.findings.map(({ fingerprint }) => fingerprint)).toEqual(first?.findings.map(({ fingerprint }) => fingerprint));
  });
});
