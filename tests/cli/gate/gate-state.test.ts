import { describe, expect, it } from 'vitest';
import { examineGate } from '../../../cli/doctor/examine-gate.ts';
import { oldGateNotes } from '../../../cli/init/gate-state.ts';
import { gateText } from '../../../cli/init/gate-text.ts';
import { GATE_FILE } from '../../../cli/init/workflow-text.ts';
import { isNewer } from '../../../cli/newer-version.ts';
import { packageVersion } from '../../../cli/version.ts';
import { repositoryWith } from '../../support/git-repository.ts';
import { runCli } from '../../support/run-cli.ts';

const VERSION = packageVersion();
const WORKFLOW = { '.github/workflows/agents.yml': `on: push\njobs: { gate: { steps: [{ run: node ${GATE_FILE} }] } }\n` };

describe('the committed gate', () => {
  it.each<[string, () => Promise<string | null>, RegExp]>([
    ['of this version', () => gateText(), /is of this version/],
    ['of an older version', () => Promise.resolve('// upkeep-gate 0.0.1: made long ago\n'), /is of upkeep 0\.0\.1, and this is/],
    ['of a newer version', () => Promise.resolve('// upkeep-gate 99.0.0: made later\n'), /newer than this/],
    ['that somebody changed', async () => `${await gateText()}\n// mine\n`, /is not as upkeep .* made it/],
    ['that is none', () => Promise.resolve('console.log(1);\n'), /is no gate that upkeep wrote/],
    ['that is gone', () => Promise.resolve(null), /which is not there: every start runs everything/],
  ])('%s is told by the doctor', async (...[, textOf, words]) => {
    const text = await textOf();
    await using test = await repositoryWith({ ...WORKFLOW, ...(text === null ? {} : { [GATE_FILE]: text }) });
    const [diagnosis] = await examineGate(await test.open(), VERSION);
    expect(diagnosis?.text).toMatch(words);
    expect(diagnosis?.verdict).toBe(text !== null && text === (await gateText()) ? 'good' : 'worth-knowing');
    const { stdout } = await runCli(test.path, ['doctor', '--offline']);
    expect(stdout).toContain(diagnosis?.text ?? 'nothing');
  });

  it('is not missed where no workflow asks it', async () => {
    await using test = await repositoryWith({ 'README.md': '# A\n' });
    expect(await examineGate(await test.open(), VERSION)).toEqual([]);
  });

  it('is told apart from a workflow that calls something else', async () => {
    await using test = await repositoryWith({ '.github/workflows/agents.yml': 'name: agents\njobs: {}\n' });
    expect(await examineGate(await test.open(), VERSION)).toEqual([
      expect.objectContaining({ text: '.github/workflows/agents.yml does not call upkeep, so no agent runs by it' }),
    ]);
    await test.write('.github/workflows/upkeep.yml', 'jobs: { a: { steps: [{ run: npx agent run --ci }] } }\n');
    expect(await examineGate(await test.open(), VERSION)).toEqual([]);
  });

  it('of an older version is named by a run in CI, and by no other', async () => {
    await using test = await repositoryWith({ 'README.md': '# A\n', [GATE_FILE]: '// upkeep-gate 0.0.1: made long ago\n' });
    expect(await oldGateNotes(test.path, VERSION)).toEqual([expect.stringContaining('`agent init --yes` renews it')]);
    expect(await oldGateNotes(null, VERSION)).toEqual([]);
    const run = ['run', '--delivery', 'none', 'docs'];
    const here = await runCli(test.path, run);
    expect(here.stdout).not.toContain('upkeep 0.0.1');
    const inJob = await runCli(test.path, run, { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' });
    expect(inJob.stdout).toContain(`the gate in ${GATE_FILE} is of upkeep 0.0.1`);
  });
});

describe('versions', () => {
  it.each<[string, string, boolean]>([
    ['1.2.3', '1.2.2', true],
    ['1.10.0', '1.9.9', true],
    ['2.0.0', '10.0.0', false],
    ['1.2.3', '1.2.3', false],
    ['1.2.3-beta.1', '1.2.3', false],
    ['1.2', '1.1.9', true],
    ['nonsense', '0.0.0', false],
  ])('%s after %s: %s', (version, than, expected) => {
    expect(isNewer(version, than)).toBe(expected);
  });
});
