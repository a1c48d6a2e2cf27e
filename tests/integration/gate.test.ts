/** The built gate as a job runs it: before anything is installed, against a real Git server. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../cli/version.ts';
import { append } from '../../ledger/append.ts';
import { readState } from '../../ledger/read.ts';
import { openLedger } from '../../ledger/store.ts';
import { fetchShared, pushShared } from '../../ledger/sync.ts';
import { READER_TOKEN, WRITER_TOKEN } from '../support/git-server.ts';
import { AGENT, GATE, jobScene, type JobScene, type StepEnd } from '../support/job.ts';
import { failed, finding, tripped } from '../support/ledger-events.ts';

const FILES = { 'README.md': '# A\n\nSee [b](b.md).\n', 'b.md': '# B\n' };
const SCHEDULE = { name: 'schedule', payload: { schedule: '*/5 * * * *', repository: { default_branch: 'main' } } };

const gate = (scene: JobScene, event: Parameters<JobScene['step']>[1] = SCHEDULE): Promise<StepEnd> => scene.step([GATE], event);
const agents = (scene: JobScene, event: Parameters<JobScene['step']>[1] = SCHEDULE): Promise<StepEnd> =>
  scene.step([AGENT, 'run', '--ci'], event);

/** Writes to the shared ledger from elsewhere. */
async function remember(scene: JobScene, events: Parameters<typeof append>[1]): Promise<void> {
  await using elsewhere = await scene.remote.clone('-q', '--bare');
  const ledger = openLedger(elsewhere.path);
  await fetchShared(ledger, { remote: scene.remote.path });
  await append(ledger, events, { scope: 'shared' });
  expect(await pushShared(ledger, { remote: scene.remote.path })).toMatchObject({ ok: true });
}

describe('the gate', () => {
  it('follows a repository from its first run on: due, nothing due, due again by a push, nothing due', async () => {
    await using scene = await jobScene({ ...FILES, '.markdownlint.json': '{}\n', 'README.md': '# A\n\n\n\nSee [b](b.md).\n' });
    const first = await gate(scene);
    expect(first).toMatchObject({ code: 0, outputs: { due: 'true', why: 'due: there is no ledger yet' } });
    expect(first.requests).toHaveLength(1);
    expect(first.log).not.toContain('::warning');

    const run = await agents(scene);
    expect(run.code, run.log).toBe(0);
    expect(run.log).toMatch(/✎ docs {10}fixed/);
    // The agents' own commit is on the branch now: nobody has to look at it.
    await scene.refresh();
    expect(await scene.checkout.git('log', '-1', '--format=%s')).toMatch(/^auto: Docs/);
    const second = await gate(scene);
    expect(second).toMatchObject({ code: 0, outputs: { due: 'false', agents: '' } });
    expect(second.log).toMatch(/^nothing due on main at [0-9a-f]{9}\n {2}- architecture {2}nothing here to look at\n/);
    expect(second.log).toContain('- docs          unchanged since it last ended well');
    expect(second.summary).toContain('| docs | not due | unchanged since it last ended well |');
    expect(second.requests).toEqual(['POST /owner/name/git-upload-pack 200', 'POST /owner/name/git-upload-pack 200']);
    expect((await agents(scene)).log).not.toContain('started:');

    await scene.push('docs: more', { 'b.md': '# B\n\nMore.\n' });
    await scene.refresh();
    const third = await gate(scene);
    expect(third.outputs).toMatchObject({ due: 'true', agents: 'architecture backend frontend devops qa docs' });
    expect(third.log).toMatch(/▶ docs {10}the content of [0-9a-f]{9} is new/);
    await agents(scene);
    expect((await gate(scene)).outputs['due']).toBe('false');
    // A tick that finds nothing to do on a tree that is known appends nothing.
    const before = await scene.remote.git('rev-parse', 'refs/upkeep/ledger');
    await agents(scene);
    expect(await scene.remote.git('rev-parse', 'refs/upkeep/ledger')).toBe(before);
  });

  it('knows a tree by its content: a commit that changes nothing is not due', async () => {
    await using scene = await jobScene(FILES);
    await agents(scene);
    await scene.checkout.git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-q', '--allow-empty', '-m', 'chore: nothing');
    expect((await gate(scene)).outputs['due']).toBe('false');
  });

  it('lets somebody look at what came and went: between two commits there may have been a secret', async () => {
    await using scene = await jobScene(FILES);
    await agents(scene);
    await scene.push('docs: other', { 'b.md': '# C\n' });
    await scene.push('revert: other', { 'b.md': '# B\n' });
    await scene.refresh();
    const end = await gate(scene);
    expect(end.outputs).toMatchObject({ due: 'true', agents: 'devops' });
    expect(end.log).toContain('▶ devops        commits came whose contents are gone again');
    await agents(scene);
    expect((await gate(scene)).outputs['due']).toBe('false');
  });

  it('starts nothing for a push of commits of agents alone, and is red where they left errors, as the command line is', async () => {
    await using scene = await jobScene({ ...FILES, 'README.md': '# A\n\nSee [c](c.md).\n' });
    const first = await agents(scene);
    expect(first.code, first.log).toBe(1);
    const own = { name: 'push', payload: ownPush(await scene.checkout.head()), env: { GITHUB_ACTOR: 'upkeep[bot]' } };
    const held = await gate(scene, own);
    expect(held, held.log).toMatchObject({ code: 1, outputs: { due: 'false' } });
    const run = await agents(scene, own);
    expect([run.code, run.log]).toEqual([1, expect.stringMatching(/docs +skipped – /)]);
  });

  it('is red over errors that are left, as the command line is, and starts nothing while the breaker holds', async () => {
    await using scene = await jobScene({ ...FILES, 'README.md': '# A\n\nSee [c](c.md).\n' });
    const run = await agents(scene);
    expect(run.code, run.log).toBe(1);
    const { layered } = await readState(openLedger(join(scene.checkout.path, '.git')));
    const key = layered.trees[0]?.agents.find(({ agentId }) => agentId === 'docs')?.key ?? '';
    const now = { minutes: (Date.now() - Date.UTC(2026, 8, 1, 10)) / 60_000, agentId: 'docs' as const };
    const nextRunAt = new Date(Date.now() + 3_600_000).toISOString();
    await remember(scene, [failed({ ...now, key, findings: [finding('gone')] }), tripped({ ...now, nextRunAt })]);
    // Somebody else noted a run: what is due is worked out anew, once.
    await agents(scene);
    const held = await gate(scene);
    expect(held, held.log).toMatchObject({ code: 1, outputs: { due: 'false' } });
    expect(held.log).toContain('::warning title=Upkeep gate::nothing due on main');
    expect(held.log).toContain('waits: it keeps failing on the same content; 1 error left; failed');
    expect((await agents(scene)).code).toBe(1);
  });

  it.each<[string, string, object, string]>([
    ['a comment without a command', 'issue_comment', comment('thanks'), 'the comment does not begin with /agent'],
  ])('says that nothing follows from %s, and asks nobody', async (...[, name, payload, why]) => {
    await using scene = await jobScene(FILES);
    const end = await gate(scene, { name, payload, env: { GITHUB_ACTOR: 'upkeep[bot]' } });
    expect(end).toMatchObject({ code: 0, log: `nothing due: ${why}\n`, outputs: { due: 'false' }, requests: [] });
  });

  it('lets a command in a comment and a forced run through', async () => {
    await using scene = await jobScene(FILES);
    expect((await gate(scene, { name: 'issue_comment', payload: comment('/agent why docs') })).outputs).toMatchObject({
      due: 'true',
      agents: '',
    });
    const forced = await gate(scene, {
      name: 'workflow_dispatch',
      payload: { inputs: { agents: 'docs', force: 'true' } },
      env: { GITHUB_ACTOR: 'a\n::error::b' },
    });
    expect(forced.outputs).toMatchObject({ due: 'true', agents: 'docs' });
    expect(forced.log).not.toMatch(/^::error/m);
  });
});

describe('where it cannot tell', () => {
  const isLoud = (end: StepEnd, why: RegExp): void => {
    expect(end, end.log).toMatchObject({ code: 0, outputs: { due: 'true', why: expect.stringMatching(why) } });
    expect(end.log).toMatch(/^::warning title=Upkeep gate::/m);
    for (const token of [WRITER_TOKEN, READER_TOKEN, Buffer.from(`x-access-token:${WRITER_TOKEN}`).toString('base64')])
      expect(`${end.log}${end.summary}`).not.toContain(token);
  };
  const folders = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('upkeep-gate-'));

  it('says so and takes agents for due: a wrong token, no remote, a ledger that is none, no checkout, no job', async () => {
    await using scene = await jobScene(FILES);
    isLoud(await gate(scene, { ...SCHEDULE, env: { GITHUB_TOKEN: 'wrong-token' } }), /the ledger could not be read: denied/);
    isLoud(await gate(scene, { ...SCHEDULE, env: { GITHUB_SERVER_URL: 'http://127.0.0.1:9' } }), /could not be read: unreachable/);
    isLoud(await gate(scene, { ...SCHEDULE, env: { GITHUB_REPOSITORY: '' } }), /the environment names no repository/);
    isLoud(await gate(scene, { ...SCHEDULE, env: { GITHUB_REF: 'refs/notes/x' } }), /the event schedule names no branch/);
    await scene.remote.git('update-ref', 'refs/upkeep/ledger', 'main');
    isLoud(await gate(scene), /it has no state\.json/);
    await scene.push('chore: a file of that name', { 'state.json': '{ "schemaVersion": 1 }\n' });
    await scene.remote.git('update-ref', 'refs/upkeep/ledger', 'main');
    isLoud(await gate(scene), /its state\.json is of another form/);
    const nowhere = await scene.step([GATE], { name: 'push', env: { GITHUB_ACTIONS: '' } });
    expect(nowhere).toMatchObject({ code: 0, log: expect.stringContaining('this is no job of GitHub Actions') });
  });

  it('lets Git fetch the ledger where the way is unusual: a server that wants to be asked first, a proxy', async () => {
    await using scene = await jobScene(FILES);
    await agents(scene);
    const before = await folders();
    scene.server.fail('unavailable', 'fetch');
    const asked = await gate(scene);
    expect(asked.outputs['due'], asked.log).toBe('false');
    expect(asked.requests.map((line) => line.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'POST']);
    const proxied = await gate(scene, {
      ...SCHEDULE,
      env: { http_proxy: scene.server.origin.replace('127.0.0.1', 'localhost'), no_proxy: '127.0.0.1' },
    });
    expect(proxied.outputs['due'], proxied.log).toBe('false');
    expect(await folders()).toEqual(before);
  });
});

describe('the file that is committed to other repositories', () => {
  it('names its version, is small, and holds nobody else’s code', () => {
    const text = readFileSync(GATE, 'utf8');
    expect(text.split('\n')[0]).toMatch(new RegExp(`^// upkeep-gate ${packageVersion().replaceAll('.', '\\.')}: `));
    expect(Buffer.byteLength(text)).toBeLessThan(100_000);
    expect(text).not.toMatch(/node_modules|luxon|\bzod\b/i);
    // Younger than the Node that runners have.
    expect(text).not.toMatch(
      /\.groupBy\(|Promise\.withResolvers|Promise\.try|Array\.fromAsync|\.isSubsetOf\(|getBuiltinModule|import\.meta\.dirname/,
    );
  });

  it('runs on every Node of this machine that a runner may have', async () => {
    await using scene = await jobScene(FILES);
    await agents(scene);
    const nodes = nodesOnThisMachine();
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect((await gate(scene, { ...SCHEDULE, node })).outputs['due'], node).toBe('false');
  });

  it('reads a checkout that holds this one file and belongs to somebody else', async () => {
    await using scene = await jobScene({ ...FILES, '.github/upkeep/gate.mjs': readFileSync(GATE, 'utf8') });
    await agents(scene);
    await scene.checkout.git('sparse-checkout', 'set', '--no-cone', '/.github/upkeep');
    expect(await readdir(scene.checkout.path)).toEqual(['.git', '.github']);
    // The commit is unknown to the ledger but for its tree, so git has to be asked.
    await scene.checkout.git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-q', '--allow-empty', '-m', 'chore: nothing');
    const end = await scene.step(['.github/upkeep/gate.mjs'], { ...SCHEDULE, env: { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' } });
    expect(end.outputs['due'], end.log).toBe('false');
  });
});

function nodesOnThisMachine(): string[] {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return [...new Set([process.execPath, ...found])].filter((path) => {
    if (!existsSync(path)) return false;
    return Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })) >= 20;
  });
}

function ownPush(after: string): object {
  const message = `auto: Docs – fix 1 problem in 1 file\n\nAgent: docs\nAgent-Run: 01900000-0000-7000-8000-000000000000\nAgent-Base: ${'a'.repeat(40)}\n`;
  return { before: 'a'.repeat(40), after, commits: [{ message }], sender: { login: 'upkeep[bot]', type: 'Bot' } };
}

function comment(body: string): object {
  return { action: 'created', issue: { number: 3 }, comment: { id: 1, body, user: { login: 'ann', type: 'User' } } };
}
