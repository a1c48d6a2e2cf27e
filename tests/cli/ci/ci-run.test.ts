import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askedOf, ciRun, type CiRun } from '../../../cli/ci/ci-run.ts';
import { stepOutputs } from '../../../cli/ci/step-outputs.ts';
import { readEnvironment } from '../../../cli/environment.ts';
import { runFlagsOf, type RunFlags } from '../../../cli/run-flags.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const SHA = 'a'.repeat(40);
const PUSH = { before: 'b'.repeat(40), after: SHA, commits: [{ message: 'feat: x' }] };
const PULL = { pull_request: { number: 7, base: { ref: 'main', sha: 'b'.repeat(40) }, head: { ref: 'x', repo: null } } };

async function inJob(event: string, payload: object, given: Partial<RunFlags> & { agents?: string[] } = {}): Promise<CiRun> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'event.json');
  await writeFile(path, JSON.stringify(payload));
  const environment = readEnvironment({
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: path,
    GITHUB_REPOSITORY: 'owner/name',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: SHA,
    GITHUB_ACTOR: 'ann',
    RUNNER_TEMP: '/runner/temp',
  });
  const { agents = [], ...options } = given;
  return ciRun(runFlagsOf([...agents], options), environment);
}

describe('a run in a job', () => {
  it('takes from the event what the command line leaves open', async () => {
    expect(await inJob('schedule', {})).toMatchObject({ trigger: 'schedule', flags: { due: true, agents: [] }, isReadOnly: false });
    expect(await inJob('push', PUSH)).toMatchObject({ trigger: 'push', flags: { due: false, delivery: undefined }, range: { after: SHA } });
    const inputs = { inputs: { agents: 'qa docs', force: true } };
    expect(await inJob('workflow_dispatch', inputs)).toMatchObject({
      trigger: 'manual',
      flags: { agents: ['qa', 'docs'], force: true },
      range: null,
    });
    const dispatched = await inJob('repository_dispatch', { client_payload: { agents: ['qa'] } });
    expect(dispatched).toMatchObject({ trigger: 'webhook', flags: { agents: ['qa'], force: false } });
  });

  it('lets the command line win', async () => {
    expect(await inJob('schedule', {}, { agents: ['qa'] })).toMatchObject({ flags: { agents: ['qa'], due: false }, trigger: 'schedule' });
    expect(await inJob('push', PUSH, { trigger: 'retry' })).toMatchObject({ trigger: 'retry', range: null });
    expect(await inJob('push', PUSH, { due: true })).toMatchObject({ trigger: 'schedule', flags: { due: true } });
    expect(await inJob('push', { ...PUSH, deleted: true })).toMatchObject({
      nothingFollows: 'main was deleted',
      notes: ['nothing to do: main was deleted'],
    });
    expect(await inJob('push', { ...PUSH, deleted: true }, { force: true })).toMatchObject({ nothingFollows: null });
  });

  it('never pushes for a pull request, whatever it is told', async () => {
    expect(await inJob('pull_request', PULL)).toMatchObject({
      isReadOnly: true,
      base: 'main',
      flags: { delivery: 'patch' },
      patches: '/runner/temp/upkeep-patches',
    });
    const told = await inJob('pull_request_target', PULL, { delivery: 'push' });
    expect([told.flags.delivery, told.notes]).toEqual([
      'patch',
      [expect.stringContaining('--delivery push is not for the event pull_request_target')],
    ]);
    expect((await inJob('pull_request', PULL, { delivery: 'none' })).flags.delivery).toBe('none');
    expect((await inJob('pull_request', {}, { agents: ['qa'], trigger: 'manual', force: true })).flags.delivery).toBe('patch');
  });

  it('is as it was asked for outside of a job', () => {
    const flags = runFlagsOf(['qa'], {});
    expect(ciRun(flags, readEnvironment({ CI: 'true', GITHUB_EVENT_NAME: 'pull_request' }))).toMatchObject({
      flags,
      trigger: 'manual',
      isReadOnly: false,
    });
  });
});

describe('the agents that are asked', () => {
  const agents = [{ id: 'qa' as const }, { id: 'docs' as const }];
  it('are those that a pull request touches, all of them for a push, and none when nothing follows', async () => {
    const touched = new Set(['docs' as const]);
    expect(askedOf(agents, await inJob('pull_request', PULL), touched)).toEqual([{ id: 'docs' }]);
    expect(askedOf(agents, await inJob('pull_request', PULL), null)).toEqual(agents);
    expect(askedOf(agents, await inJob('push', PUSH), touched)).toEqual(agents);
    expect(askedOf(agents, await inJob('push', { ...PUSH, deleted: true }), null)).toEqual([]);
  });
});

describe('outputs of a step', () => {
  it('stand on a line each, and a value of several lines cannot add one of its own', () => {
    expect(stepOutputs({ due: 'true', agents: 'qa docs' }, 'fence')).toBe('due=true\nagents=qa docs\n');
    expect(stepOutputs({ why: 'a\ndue=false' }, 'fence')).toBe('why<<fence\na\ndue=false\nfence\n');
  });
});
