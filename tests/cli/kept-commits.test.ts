import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

/** A check that wants `word` gone from a file and can take it out. */
function wordCheck(agent: string, word: string, path: string): object {
  const script = `const fs = require('node:fs'); const text = fs.readFileSync('${path}', 'utf8');`;
  return {
    agent,
    paths: [path],
    needsDependencies: false,
    run: ['node', '-e', `${script} if (text.includes('${word}')) { console.log('${path}:1:${word}'); process.exit(1); }`],
    fix: ['node', '-e', `${script} fs.writeFileSync('${path}', text.replace('${word}', 'good'));`],
    findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>[0-9]+):(?<message>.*)$' },
  };
}

const FILES = {
  'a.txt': 'bad\n',
  'b.md': '# ugly\n',
  'agent.config.json': JSON.stringify({
    customChecks: { 'no-bad': wordCheck('backend', 'bad', 'a.txt'), 'no-ugly': wordCheck('docs', 'ugly', 'b.md') },
  }),
};

interface Document {
  runs: { commit: { sha: string } | null }[];
}

describe('commits that wait', () => {
  it.each(['none', 'patch'])('are named in the report as they are kept, with delivery %s', async (mode) => {
    await using repository = await repositoryWith(FILES);
    const { stdout, stderr } = await runCli(repository.path, ['run', 'backend', 'docs', '--json', '--delivery', mode]);
    const { runs } = JSON.parse(stdout) as Document;
    const kept = await repository.git('for-each-ref', '--format=%(objectname)', 'refs/upkeep/suggest');
    expect(runs.map(({ commit }) => commit?.sha)).toEqual(kept.trim().split('\n'));
    expect(stderr).toContain('waiting under refs/upkeep/suggest');
    const patches = stderr.match(/^ {4}\/.*\.patch$/gm) ?? [];
    expect(patches).toHaveLength(mode === 'patch' ? 2 : 0);
    for (const path of patches) expect(await readFile(path.trim(), 'utf8')).toMatch(/^Agent: (backend|docs)$/m);
  });
});
