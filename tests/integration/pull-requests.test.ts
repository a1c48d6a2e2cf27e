/** The same commits as pull requests, where pushing is not allowed: the real command, a real Git server with GitHub's rules, its double. */
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';
import { faultyOnGitHub } from '../support/faulty-on-github.ts';
import type { Repository } from '../support/faulty-on-github.ts';
import { TOKEN } from '../support/github/start-github.ts';
import type { FakeGitHub } from '../support/github/start-github.ts';
import { FAULTS, threeAgentsFiles } from '../support/three-agents.ts';

const repaired = Object.fromEntries(
  Object.entries(FAULTS).map(([path, [before, after]]) => [path, before.replace(/teh|colour|grey/, after)]),
);

async function pulls(repository: Repository): Promise<readonly string[]> {
  return (await repository.pulls()).map(({ number, state, pull }) => `#${number} ${pull.head} ${state}`);
}

const writes = (double: FakeGitHub): readonly (string | null)[] =>
  double.log.filter(({ method }) => method !== 'GET').map(({ operation }) => operation);

// More of these journeys: tests/soak/pull-requests.test.ts.
describe('a protected branch', () => {
  it('gets one pull request an agent, each labelled and with exactly its commit; the ledger knows them', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    const before = await w.repository.head();
    const { code, document, stderr } = await w.run();
    expect(code, stderr).toBe(0);
    expect(document.delivery).toMatchObject({
      mode: 'pull-request',
      outcome: 'proposed',
      reason: expect.stringContaining('protected') as unknown,
    });
    expect(document.delivery.reason).toContain('Changes must be made through a pull request.');
    expect(await w.repository.head()).toBe(before);
    expect([...(await pulls(w.repository))].map((line) => line.slice(3)).sort()).toEqual([
      'upkeep/backend open',
      'upkeep/docs open',
      'upkeep/qa open',
    ]);
    for (const { labels, title, body, pull } of await w.repository.pulls()) {
      expect(labels).toEqual(['upkeep']);
      expect(title).toMatch(/^auto: \w+ – fix 1 problem in 1 file$/);
      expect(body).toContain('### What was fixed');
      expect(await w.repository.git.git(['rev-list', `main..${pull.head}`])).toBe(`${pull.headSha}\n`);
    }
    // The next job sees the same content: it has nothing to do, and says nothing.
    const said = writes(w.double).length;
    const again = await w.run();
    expect(again.document.runs.filter(({ outcome }) => outcome !== 'skipped')).toEqual([]);
    expect(writes(w.double)).toHaveLength(said);
  });

  it('gets them brought up to date in place when it moves', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run();
    const moved = await w.repository.commit({ 'more.md': 'Another colour.\n' });
    const { document, code } = await w.run();
    expect(code).toBe(0);
    const docs = (await w.repository.pulls()).find(({ pull }) => pull.head === 'upkeep/docs');
    expect(await pulls(w.repository)).toHaveLength(3);
    expect(docs?.title).toContain('2 problems in 2 files');
    expect(await w.repository.git.git(['rev-parse', 'upkeep/docs^'])).toBe(`${moved}\n`);
    expect(document.delivery).toMatchObject({ outcome: 'proposed' });
  });

  it('has them closed and their branches deleted when a person repaired it by hand', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run();
    await w.repository.commit({ ...repaired, 'more.md': 'Fine.\n', 'more.mjs': 'export {};\n', 'more.test.mjs': '' });
    const { code, document } = await w.run();
    expect(code).toBe(0);
    const closed = [...(await pulls(w.repository))].map((line) => line.slice(3)).sort();
    expect(closed).toEqual(['upkeep/backend closed', 'upkeep/docs closed', 'upkeep/qa closed']);
    expect((await w.repository.git.branches()).map(({ name }) => name).filter((name) => name.startsWith('upkeep/'))).toEqual([]);
    expect(document.delivery.outcome).toBe('nothing');
    for (const { comments } of await w.repository.pulls()) expect(comments).toHaveLength(1);
  });
});

describe('a branch that takes commits again', () => {
  it('has the pull requests closed whose commits were pushed', async () => {
    await using w = await faultyOnGitHub();
    await w.run(['docs', '--delivery', 'pull-request']);
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs open']);
    const { code, document } = await w.run(['docs', '--delivery', 'push', '--force']);
    expect(code).toBe(0);
    expect(document.delivery).toMatchObject({ mode: 'push', outcome: 'pushed' });
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs closed']);
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('a ruleset', () => {
  it('leads to pull requests as well', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.addRuleset({ branches: ['main'] });
    const { code, document } = await w.run();
    expect(code, JSON.stringify(document.runs)).toBe(0);
    expect(document.delivery).toMatchObject({ outcome: 'proposed', reason: expect.stringContaining('ruleset') as unknown });
  });

  it('that keeps the branches of agents too leaves the work as patches, exit code 4', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.addRuleset({ branches: ['main', 'upkeep/docs', 'upkeep/qa', 'upkeep/backend'] });
    const { code, document } = await w.run();
    expect(code).toBe(4);
    expect(document.delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('no pull request either') as unknown });
    expect(await pulls(w.repository)).toEqual([]);
  });
});

describe('a repository in which Actions may open no pull requests', () => {
  it('keeps the branches, says which box to tick, and gets them once it is ticked', async () => {
    await using w = await faultyOnGitHub({ repositories: { 'acme/site': { files: threeAgentsFiles(), workflowsMayPropose: false } } });
    await w.repository.protect('main');
    const { code, document, stderr } = await w.run(['docs', '--delivery', 'push']);
    expect(code).toBe(4);
    expect(document.delivery.reason).toContain('GitHub Actions may not open pull requests');
    expect(stderr).toContain('Allow GitHub Actions to create and approve pull requests');
    expect(stderr).toContain('/acme/site/settings/actions');
    expect(stderr).toContain('/acme/site/compare/main...upkeep/docs?expand=1');
    expect((await w.repository.git.branches()).map(({ name }) => name)).toContain('upkeep/docs');
    (w.repository.settings as { workflowsMayPropose: boolean }).workflowsMayPropose = true;
    const next = await w.run(['docs', '--delivery', 'push']);
    expect(next.code).toBe(0);
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs open']);
  });
});

describe('delivery pull-request', () => {
  it('goes that way at once, by the configuration', async () => {
    const config = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '{}') as object;
    const delivery = { mode: 'pull-request', labels: ['robots', 'chore'] };
    await using w = await faultyOnGitHub({ files: { 'agent.config.json': JSON.stringify({ ...config, delivery }) } });
    const { code, document } = await w.run([]);
    expect(code).toBe(0);
    expect(document.delivery).toMatchObject({ mode: 'pull-request', outcome: 'proposed', reason: null });
    expect((await w.repository.pulls()).map(({ labels }) => labels)).toEqual(Array.from({ length: 3 }, () => ['robots', 'chore']));
  });

  it('without a token keeps the work and says what is missing', async () => {
    await using w = await faultyOnGitHub();
    const { code, document, stderr } = await w.run(['docs', '--delivery', 'pull-request'], { GITHUB_TOKEN: '' });
    expect(code).toBe(4);
    expect(document.delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('no token for GitHub') as unknown });
    expect(stderr).not.toContain(TOKEN);
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('a pull request of a fork', () => {
  it('gets findings and a patch on the page of the job; nothing is pushed, and no token is needed', async () => {
    const config = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '{}') as object;
    const delivery = { mode: 'pull-request' };
    await using w = await faultyOnGitHub({ files: { 'agent.config.json': JSON.stringify({ ...config, delivery }) } });
    await using folder = await temporaryFolder();
    const payload = {
      number: 7,
      pull_request: { number: 7, base: { ref: 'main' }, head: { ref: 'main', repo: { full_name: 'stranger/site' } } },
    };
    await writeFile(`${folder.path}/event.json`, JSON.stringify(payload));
    const { code, document, stderr } = await w.run(['--ci'], {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_TOKEN: '',
      GITHUB_SERVER_URL: w.double.server.origin,
      GITHUB_REPOSITORY: 'acme/site',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: `${folder.path}/event.json`,
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_STEP_SUMMARY: `${folder.path}/summary.md`,
      RUNNER_TEMP: folder.path,
    });
    expect(document.delivery, stderr).toMatchObject({ mode: 'patch', outcome: 'patch' });
    // The patch repairs everything, and the pull request has it all still.
    expect(code).toBe(1);
    const page = await readFile(`${folder.path}/summary.md`, 'utf8');
    expect(page).toContain('+export const x = 1; // the');
    expect(page).toContain('+A color.');
    expect(await pulls(w.repository)).toEqual([]);
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);
    expect(await w.repository.git.resolve('refs/upkeep/ledger')).toBeNull();
    expect(w.double.log).toEqual([]);
  });
});
