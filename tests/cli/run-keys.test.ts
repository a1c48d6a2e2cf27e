import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextKey } from '../../agents/input-key.ts';
import { readEnvironment } from '../../cli/environment.ts';
import { runFlagsOf } from '../../cli/run-flags.ts';
import { loadRun } from '../../cli/run/prepare-run.ts';
import { runKeys, type RunKeys } from '../../cli/run/run-keys.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { KnownTree } from '../../ledger/known-tree.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { keyed } from '../support/ledger-events.ts';
import { runCli } from '../support/run-cli.ts';

interface Document {
  runs: { agent: string; outcome: string; reason: string | null }[];
}

async function docsAfter(path: string, args: readonly string[], env: Record<string, string> = {}): Promise<Document['runs'][number]> {
  const { stdout } = await runCli(path, ['run', 'docs', '--json', ...args], env);
  const [docs] = (JSON.parse(stdout) as Document).runs;
  if (docs === undefined) throw new Error('no run');
  return { agent: docs.agent, outcome: docs.outcome, reason: docs.reason };
}

const UNCHANGED = { agent: 'docs', outcome: 'skipped', reason: 'unchanged' };

describe('the key of what was checked', () => {
  it('is the same wherever commits go and however much runs at once, so that a laptop knows what CI checked', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    expect(await docsAfter(repository.path, ['--ci', '--delivery', 'push'])).toMatchObject({ outcome: 'passed' });
    expect(await docsAfter(repository.path, [])).toEqual(UNCHANGED);
    expect(await docsAfter(repository.path, ['--concurrency', '1'])).toEqual(UNCHANGED);
    expect(await docsAfter(repository.path, ['--delivery', 'none'], { UPKEEP_RUN_MINUTES: '5' })).toEqual(UNCHANGED);
  });
  it('is another one when a setting changes what is found', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    await docsAfter(repository.path, []);
    expect(await docsAfter(repository.path, [], { UPKEEP_STRICT: 'true' })).toMatchObject({ outcome: 'passed' });
  });
});

describe('keys that another clone noted', () => {
  it('are taken for the same tree, made by the same version of the same things, and for nothing else', async () => {
    await using made = await repositoryWith({ 'a.md': '# A\n' });
    const repository = await made.open();
    const [commit, version] = [repository.head ?? '', '9.9.9'];
    const ask = { repository, base: commit, flags: runFlagsOf([], {}), environment: readEnvironment({}), ci: true, version };
    const { loaded, policy, treeId } = await loadRun(ask);
    const memory = join(repository.commonDir, 'upkeep', 'cache', 'keys.json');
    const keysWith = async (known?: KnownTree): Promise<RunKeys> => {
      rmSync(memory, { force: true });
      return runKeys({
        repository,
        commit,
        treeId,
        config: loaded.config,
        version,
        policy,
        ...(known === undefined ? {} : { known: [known] }),
      });
    };
    const own = await keysWith();
    const agents = AGENT_IDS.map((agentId) => ({ agentId, key: `key of ${agentId}`, triggers: [], lastRunAt: null, dueAt: null }));
    const { speak } = keyed().data;
    const known: KnownTree = { branch: 'other', commit, tree: treeId, version, context: contextKey(own.context), agents, speak };
    expect((await keysWith(known)).keys['docs']).toBe('key of docs');
    // And remembered here from then on.
    expect(readFileSync(memory, 'utf8')).toContain('key of docs');
    for (const change of [
      { tree: 'c'.repeat(40) },
      { version: '9.9.8' },
      { context: 'other' },
      { context: undefined },
      { agents: agents.slice(1) },
    ])
      expect((await keysWith({ ...known, ...change })).keys).toEqual(own.keys);
  });
});

describe('programs of the machine', () => {
  it('are in the keys of agents whose checks call them here, and in no other', async () => {
    await using made = await repositoryWith({ 'a.md': '# A\n', 'a.sh': 'echo a\n' });
    const repository = await made.open();
    const [commit, version] = [repository.head ?? '', '9.9.9'];
    const ask = { repository, base: commit, flags: runFlagsOf([], {}), environment: readEnvironment({}), ci: true, version };
    const { loaded, policy, treeId } = await loadRun(ask);
    const base = { repository, commit, treeId, config: loaded.config, version, policy };
    const keysOn = (machineTools: Record<string, string>, known?: KnownTree): Promise<RunKeys> =>
      runKeys({ ...base, machineTools, ...(known === undefined ? {} : { known: [known] }) });
    const old = await keysOn({ shellcheck: 'old', go: 'old' });
    expect(old.called).toEqual({ devops: { shellcheck: 'old' } });
    // What is remembered of the tree is of the programs of then.
    const fresh = await keysOn({ shellcheck: 'new', go: 'new' });
    expect(AGENT_IDS.filter((agent) => fresh.keys[agent] !== old.keys[agent])).toEqual(['devops']);
    expect(await keysOn({ shellcheck: 'new', go: 'old' })).toMatchObject({ keys: fresh.keys });
    expect((await keysOn({})).keys['devops']).not.toBe(fresh.keys['devops']);

    // What another machine noted holds where its programs are the same.
    const agents = AGENT_IDS.map((agentId) => ({
      ...{ agentId, key: `key of ${agentId}`, triggers: [], lastRunAt: null, dueAt: null },
      ...(agentId === 'devops' ? { machineTools: { shellcheck: 'theirs' } } : {}),
    }));
    const { speak } = keyed().data;
    const known: KnownTree = { branch: 'other', commit, tree: treeId, version, context: contextKey(old.context), agents, speak };
    const forget = (): void => rmSync(join(repository.commonDir, 'upkeep', 'cache', 'keys.json'), { force: true });
    forget();
    expect((await keysOn({ shellcheck: 'old' }, known)).keys).toEqual(old.keys);
    forget();
    expect((await keysOn({ shellcheck: 'theirs', go: 'other' }, known)).keys['devops']).toBe('key of devops');
  });
});
