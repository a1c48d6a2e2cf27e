import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../cli/config/config-error.ts';
import { readBelow } from '../../../cli/config/read-file.ts';
import { loadConfig } from '../../../cli/config.ts';
import { configRequest, loadFrom } from '../../support/config-request.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upkeep-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a configuration', () => {
  it('may be empty or absent', async () => {
    const absent = await loadFrom({});
    const empty = await loadFrom({ 'agent.config.json': '{}' });
    expect(absent.config).toEqual(empty.config);
    expect(absent.config).toMatchObject({
      delivery: { mode: 'local', remote: 'origin', branch: null },
      limits: { toolTimeoutSeconds: 300 },
      allowWorkflowChanges: false,
      scheduler: { maxConcurrent: 5, retry: { limit: 3 }, escalation: { threshold: 2 } },
    });
    expect(absent.file).toBeNull();
    expect(new Set(Object.values(absent.origins))).toEqual(new Set(['default']));
  });
  it('is read from JSON with comments, YAML and package.json alike', async () => {
    const fromJson = await loadFrom({ 'agent.config.json': '{ // why\n "strict": true, /* more */ "limits": {"concurrency": 3,}, }' });
    const fromYaml = await loadFrom({ 'agent.config.yaml': '# why\nstrict: true\nlimits: { concurrency: 3 }\n' });
    const fromPackage = await loadFrom({ 'package.json': '{"name": "x", "agent": {"strict": true, "limits": {"concurrency": 3}}}' });
    expect(fromYaml.config).toEqual(fromJson.config);
    expect(fromPackage.config).toEqual(fromJson.config);
    expect(fromJson.config.strict).toBe(true);
  });
  it.each(['30 0 2 * * *', '@daily', '0 9 LW * *', '0 9 * * mon#2'])('takes the schedule %s', async (schedule) => {
    const { config } = await loadFrom({ 'agent.config.json': JSON.stringify({ agents: { qa: { schedule } } }) });
    expect(config.agents.qa.schedule).toBe(schedule);
  });
  it('starts with a byte order mark if it likes', async () => {
    expect((await loadFrom({ 'agent.config.json': '\uFEFF{"strict": true}' })).config.strict).toBe(true);
  });
  it.each([
    ['', '{"name": '],
    [' but has a script of that name', '{"scripts": {"agent" : "agent run"},}'],
    [' but has a keyword of that name', '{"keywords": ["agent"],}'],
  ])('is not looked for in a package.json that does not parse%s', async (...[, text]) => {
    expect((await loadFrom({ 'package.json': text })).file).toBeNull();
  });
  it('delivers by push in CI unless it says otherwise', async () => {
    expect((await loadFrom({}, { ci: true })).config).toMatchObject({ delivery: { mode: 'push' }, install: true });
    expect((await loadFrom({ 'agent.config.json': '{"delivery": {"mode": "none"}}' }, { ci: true })).config.delivery.mode).toBe('none');
  });
  it('is overridden by presets, file, environment and options, in that order', async () => {
    const installed = {
      'node_modules/@acme/preset/agent.config.json':
        '{"limits": {"concurrency": 1, "runMinutes": 11, "toolTimeoutSeconds": 12, "maxOutputMegabytes": 13}}',
    };
    const { config, origins } = await loadFrom(
      { 'agent.config.json': '{"extends": ["@acme/preset"],\n "limits": {"concurrency": 2, "runMinutes": 21, "toolTimeoutSeconds": 22}}' },
      { installed, env: { UPKEEP_CONCURRENCY: '3', UPKEEP_RUN_MINUTES: '31' }, flags: { concurrency: 4 } },
    );
    expect(config.limits).toEqual({ concurrency: 4, runMinutes: 31, toolTimeoutSeconds: 22, maxOutputMegabytes: 13 });
    expect(origins).toMatchObject({
      'limits.concurrency': '--concurrency',
      'limits.runMinutes': 'UPKEEP_RUN_MINUTES',
      'limits.toolTimeoutSeconds': 'agent.config.json:2:71',
      'limits.maxOutputMegabytes': 'node_modules/@acme/preset/agent.config.json:1:97',
      'ledger.store': 'default',
    });
  });
  it('lets a later preset win over an earlier one and follows files beside it', async () => {
    const files = {
      'agent.config.json': '{"extends": ["./config/a.json", "./config/b.yaml"]}',
      'config/a.json': '{"extends": "../base.json", "strict": true}',
      'config/b.yaml': 'strict: false\n',
      'base.json': '{"dependencies": "copy"}',
    };
    expect((await loadFrom(files)).config).toMatchObject({ strict: false, dependencies: 'copy' });
  });
  it('may refine a custom check of a preset and name it under checks', async () => {
    const files = {
      'agent.config.json':
        '{"extends": "./base.json", "customChecks": {"licenses": {"paths": ["src/**"]}}, "checks": {"licenses": {"severity": "warning"}}}',
      'base.json': '{"customChecks": {"licenses": {"agent": "devops", "run": ["./check"]}}}',
    };
    const { config } = await loadFrom(files);
    expect(config.customChecks['licenses']).toMatchObject({
      agent: 'devops',
      run: ['./check'],
      paths: ['src/**'],
      findings: { format: 'exit-code' },
    });
    expect(config.checks['licenses']).toMatchObject({ severity: 'warning', enabled: true });
  });
  it('takes switches from the environment in the usual spellings', async () => {
    for (const text of ['1', 'true', 'yes', 'on']) expect((await loadFrom({}, { env: { UPKEEP_STRICT: text } })).config.strict).toBe(true);
    for (const text of ['0', 'false', 'no', 'off', ''])
      expect((await loadFrom({}, { env: { UPKEEP_STRICT: text } })).config.strict).toBe(false);
  });
});

describe('the cache of validated configurations', () => {
  const files = { 'agent.config.json': '{"extends": "./base.json", "checks": {"eslint": false}}', 'base.json': '{"strict": true}' };

  it('answers without validating again', async () => {
    let asked = 0;
    const request = configRequest(files, {
      cacheFolder: folder,
      knownChecks: () => {
        asked++;
        return Promise.resolve(['eslint']);
      },
    });
    const first = await loadConfig(request);
    const second = await loadConfig(request);
    expect(asked).toBe(1);
    expect(second).toEqual(first);
  });
  it('validates again when the file, a file it extends, the version, the environment or an option changed', async () => {
    let asked = 0;
    const knownChecks = (): Promise<readonly string[]> => {
      asked++;
      return Promise.resolve(['eslint']);
    };
    const load = async (changedFiles = files, changes: Parameters<typeof configRequest>[1] = {}): Promise<number> => {
      const before = asked;
      await loadConfig(configRequest(changedFiles, { cacheFolder: folder, knownChecks, ...changes }));
      return asked - before;
    };
    expect(await load()).toBe(1);
    expect(await load({ ...files, 'agent.config.json': `${files['agent.config.json']} ` })).toBe(1);
    expect(await load({ ...files, 'base.json': '{"strict": false}' })).toBe(1);
    expect(await load(files, { version: '2.0.0' })).toBe(1);
    expect(await load(files, { env: { UPKEEP_STRICT: '0' } })).toBe(1);
    expect(await load(files, { flags: { strict: true } })).toBe(1);
    expect(await load(files, { ci: true })).toBe(1);
  });
  it('does not keep what is wrong', async () => {
    const request = configRequest({ 'agent.config.json': '{"stric": 1}' }, { cacheFolder: folder });
    await expect(loadConfig(request)).rejects.toThrow(ConfigError);
    await expect(loadConfig(request)).rejects.toThrow(ConfigError);
    expect(await readdir(folder)).toEqual([]);
  });
  it('survives a torn entry and a folder that cannot be made', async () => {
    const request = configRequest(files, { cacheFolder: folder });
    const first = await loadConfig(request);
    for (const name of await readdir(folder)) await writeFile(join(folder, name), '{"sources": [');
    expect(await loadConfig(request)).toEqual(first);
    await writeFile(join(folder, 'file'), '');
    expect(await loadConfig({ ...request, cacheFolder: join(folder, 'file', 'below') })).toEqual(first);
  });
  it('keeps a bounded number of entries', async () => {
    for (let minutes = 1; minutes <= 25; minutes++)
      await loadFrom({ 'agent.config.json': `{"limits": {"runMinutes": ${minutes}}}` }, { cacheFolder: folder });
    expect((await readdir(folder)).length).toBeLessThanOrEqual(21);
  });
});

describe('reading below a folder', () => {
  it('reads files, says null for what is absent and refuses links that lead out', async () => {
    await mkdir(join(folder, 'repository'));
    await writeFile(join(folder, 'secret.json'), '{}');
    await writeFile(join(folder, 'repository', 'a.json'), '{"a": 1}');
    await symlink('../secret.json', join(folder, 'repository', 'out.json'));
    await symlink('a.json', join(folder, 'repository', 'in.json'));
    const read = readBelow(join(folder, 'repository'));
    expect(await read('a.json')).toBe('{"a": 1}');
    expect(await read('in.json')).toBe('{"a": 1}');
    expect(await read('b.json')).toBeNull();
    expect(await read('a.json/c')).toBeNull();
    await expect(read('out.json')).rejects.toThrow('the path leads out of the repository');
  });
});
