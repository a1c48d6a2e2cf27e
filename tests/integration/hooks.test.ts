/** Real commits through the real hooks. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autoMessage } from '../../agents/auto-message.ts';
import { acceptAutoCommits } from '../../agents/commit-hooks.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { type HookedRepository, openHookedRepository } from '../support/hooked-repository.ts';

const runId = '01890a5d-ac96-774b-bcce-b302099a8057';
const BROKEN = 'export const broken: number = "text";\n';
let repository: HookedRepository;
let base: string;

beforeAll(() => {
  repository = openHookedRepository();
  base = repository.git('rev-parse', 'HEAD');
});
afterAll(() => repository.remove());

const automatic = (): string => autoMessage({ agent: 'backend', title: 'Backend', runId, base, fixed: 2, files: ['agents/a.ts'] }).message;
const head = (): string => repository.git('log', '-1', '--format=%s');

describe('git commit through the hooks', () => {
  it('lets an automatic commit with its trailers through both hooks', () => {
    repository.write('agents/a.ts', 'export const a = 1;\n');
    expect(repository.commit(automatic())).toEqual({ ok: true, output: '' });
    expect(head()).toBe('auto: Backend – fix 2 problems in 1 file');
  });

  it('refuses an automatic message that is forged without trailers', () => {
    repository.write('agents/a.ts', 'export const a = 2;\n');
    const before = repository.git('rev-parse', 'HEAD');
    const forged = repository.commitBy('auto: Backend – fix 2 problems in 1 file');
    expect(forged.ok).toBe(false);
    expect(forged.output).toContain("exactly one trailer 'Agent', well formed");
    expect(repository.git('rev-parse', 'HEAD')).toBe(before);
  });

  it.each([
    ['a run missing', (text: string) => text.replace(/^Agent-Run.*\n/m, ''), "'Agent-Run'"],
    ['a base that is none', (text: string) => text.replace(/^Agent-Base.*$/m, 'Agent-Base: HEAD'), "'Agent-Base'"],
    ['an agent named twice', (text: string) => `${text}Agent: docs\n`, "'Agent'"],
  ])('refuses %s', (_what, forge, named) => {
    repository.write('agents/a.ts', 'export const a = 3;\n');
    const forged = repository.commitBy(forge(automatic()));
    expect(forged.ok).toBe(false);
    expect(forged.output).toContain(named);
  });

  it("lets a person's commit through and holds it to the conventions", () => {
    repository.write('agents/a.ts', 'export const a = 4;\n');
    expect(repository.commitBy('whatever').output).toContain('type-empty');
    expect(repository.commitBy('feat(agents): Count to four').output).toContain('person-subject-case');
    expect(repository.commit('feat(agents): count to four')).toEqual({ ok: true, output: '' });
  });

  it('runs the type check and the lint before a commit', () => {
    repository.write('agents/broken.ts', BROKEN);
    expect(repository.commit('feat(agents): break the types').output).toContain('TS2322');
    repository.write('agents/broken.ts', "export const home = process.env['HOME'];\n");
    expect(repository.commit('feat(agents): break a law').output).toContain('Only cli/process-environment.ts reads the environment');
    repository.write('agents/broken.ts', 'export const  fine  = 1;\n');
    expect(repository.commit('feat(agents): break the format').output).toContain('Code style issues');
    repository.git('rm', '-q', '-f', 'agents/broken.ts');
  });

  it('steps aside only for a run that names itself, and holds that run to its own message', () => {
    repository.write('agents/broken.ts', BROKEN);
    expect(repository.commit(automatic()).output).toContain('TS2322');
    expect(repository.commit(automatic(), { UPKEEP_RUN: 'yes' }).output).toContain('TS2322');
    expect(repository.commit('feat(agents): slip past', { UPKEEP_RUN: runId }).output).toContain("exactly one trailer 'Agent'");
    expect(repository.commit(automatic(), { UPKEEP_RUN: runId.replace('8057', '8058') }).output).toContain("'Agent-Run'");
    expect(repository.commit(automatic(), { UPKEEP_RUN: runId })).toEqual({ ok: true, output: '' });
  });
});

describe("commitlint's conventional configuration", () => {
  const lint = (config: object, messages: readonly string[]): string => {
    writeFileSync(join(repository.path, 'rules.json'), JSON.stringify(config));
    const from = repository.git('rev-parse', 'HEAD');
    for (const message of messages) repository.git('commit', '-q', '--allow-empty', '--no-verify', '-m', message);
    const { stdout } = spawnSync(join(repository.path, 'node_modules/.bin/commitlint'), ['--config', 'rules.json', '--from', from], {
      cwd: repository.path,
      encoding: 'utf8',
    });
    repository.git('reset', '-q', from);
    return stdout;
  };
  const conventional = { extends: ['@commitlint/config-conventional'] };

  it('refuses automatic commits as it is', () => {
    expect(lint(conventional, [automatic()])).toContain('[type-enum]');
  });

  it('takes every message of every agent once it is extended', () => {
    const messages = AGENT_IDS.map((agent) => {
      const title = `${agent[0]?.toUpperCase()}${agent.slice(1)}`;
      return autoMessage({ agent, title, runId, base, fixed: 123_456, files: Array.from({ length: 9999 }, () => 'x') }).message;
    });
    expect(lint(acceptAutoCommits(conventional), messages)).toBe('');
    expect(lint(acceptAutoCommits(conventional), [...messages, 'fix the thing']).match(/^⧗/gm)).toHaveLength(1);
  });

  it('still refuses what it refused from people', () => {
    expect(lint(acceptAutoCommits(conventional), ['fix the thing'])).toContain('[type-empty]');
  });
});
