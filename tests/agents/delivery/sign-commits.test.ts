/** Commits that the host makes again and signs, with a host that is Git itself. */
import { describe, expect, it } from 'vitest';
import { signCommits } from '../../../agents/delivery/sign-commits.ts';
import type { CommitPort } from '../../../agents/delivery/commit-port.ts';
import type { Placed } from '../../../agents/integrate-runs.ts';
import { autoMessage } from '../../../agents/auto-message.ts';
import { commitTree } from '../../../git/commit.ts';
import type { AgentId } from '../../../ledger/outcome.ts';
import { proposalScene } from '../../support/proposals.ts';
import type { ProposalScene } from '../../support/proposals.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const SCRATCH = 'upkeep/verified/main';

/** Makes the commits in the bare repository as GitHub does; `spoil` may change what it writes or answers. */
function gitHost(
  remote: TestRepository,
  spoil: Partial<{ content: string; isVerified: boolean; refuse: string }> = {},
): CommitPort & { calls: number } {
  const host = {
    calls: 0,
    async commit({
      branch,
      expectedHead,
      message,
      additions,
      deletions,
    }: Parameters<CommitPort['commit']>[0]): ReturnType<CommitPort['commit']> {
      host.calls += 1;
      if (spoil.refuse !== undefined) return { ok: false, isTransient: false, reason: spoil.refuse, advice: null };
      expect(await remote.git('rev-parse', `refs/heads/${branch}`)).toBe(expectedHead);
      await using clone = await remote.clone();
      await clone.git('checkout', '-q', branch);
      for (const { path, content } of additions) await clone.write(path, spoil.content ?? content);
      for (const path of deletions) await clone.write(path, null);
      await clone.git('config', 'user.name', 'GitHub');
      await clone.git('config', 'user.email', 'noreply@github.com');
      const sha = await clone.commit(message);
      await clone.git('push', '-q', 'origin', branch);
      return { ok: true, value: { sha, isVerified: spoil.isVerified ?? true, signature: 'valid' } };
    },
  };
  return host;
}

interface Made {
  readonly agent: AgentId;
  readonly files: Readonly<Record<string, string | null>>;
  readonly executable?: string;
}

/** A chain of commits on main of the clone, known to nobody else. */
async function chainOf(scene: ProposalScene, made: readonly Made[]): Promise<Placed[]> {
  const repository = await scene.clone.open();
  const placed: Placed[] = [];
  let parent = await scene.clone.head();
  for (const { agent, files, executable } of made) {
    const index = ['-c', 'core.fileMode=true'];
    await scene.clone.git('checkout', '-q', '--detach', parent);
    for (const [path, content] of Object.entries(files)) await scene.clone.write(path, content);
    if (executable !== undefined) await scene.clone.write(executable, '#!/bin/sh\n', 0o755);
    await scene.clone.git(...index, 'add', '-A');
    const tree = await scene.clone.git('write-tree');
    const { subject, message } = autoMessage({
      ...{ agent, title: agent, runId: '01890a5d-ac96-774b-bcce-b302099a8057', base: parent, fixed: 1, files: Object.keys(files) },
    });
    const sha = await commitTree({ repository, tree, parents: [parent], message, date: new Date() });
    const work = { request: { agent: { id: agent } }, commit: { sha, subject, message, changes: [] }, notes: [], durationMs: 0 };
    placed.push({ work: work as unknown as Placed['work'], sha });
    parent = sha;
  }
  await scene.clone.git('checkout', '-q', '-f', 'main');
  return placed;
}

async function sign(scene: ProposalScene, commits: CommitPort, placed: readonly Placed[]): ReturnType<typeof signCommits> {
  const repository = await scene.clone.open();
  const place = { repository, remote: 'origin', auth: undefined, target: 'main', commits, now: () => new Date() };
  return signCommits(place, { base: await scene.at('main'), placed });
}

const treeOf = (scene: ProposalScene, sha: string): Promise<string> => scene.clone.git('rev-parse', `${sha}^{tree}`);

describe('signing', () => {
  it('gives each commit of a chain a new id and the same content, and leaves no branch behind', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n', 'gone.txt': 'x\n' });
    const placed = await chainOf(scene, [
      { agent: 'docs', files: { 'a.txt': 'b\n', 'deep/new.txt': 'new\n' } },
      { agent: 'qa', files: { 'gone.txt': null } },
    ]);
    const signed = await sign(scene, gitHost(scene.remote), placed);
    expect(signed.verifications).toMatchObject([
      { agent: 'docs', isVerified: true, why: null },
      { agent: 'qa', isVerified: true, why: null },
    ]);
    for (const [index, { sha }] of signed.placed.entries()) {
      expect(sha).not.toBe(placed[index]?.sha);
      expect(await treeOf(scene, sha)).toBe(await treeOf(scene, placed[index]?.sha ?? ''));
      expect(await scene.clone.git('log', '-1', '--format=%cn|%(trailers:key=Agent,valueonly)', sha)).toContain('GitHub|');
    }
    expect(await scene.clone.git('rev-parse', `${signed.placed[1]?.sha}^`)).toBe(signed.placed[0]?.sha);
    expect(await scene.at(SCRATCH)).toBe('');
  });

  it('leaves out what GitHub cannot make, and signs what stands on it', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [
      { agent: 'docs', files: { 'a.txt': 'b\n' } },
      { agent: 'devops', files: {}, executable: 'bin/run' },
      { agent: 'qa', files: { 'a.txt': 'c\n' } },
    ]);
    const signed = await sign(scene, gitHost(scene.remote), placed);
    expect(signed.verifications.map(({ isVerified, why }) => [isVerified, why])).toEqual([
      [true, null],
      [false, 'GitHub cannot make the executable bit of a file (bin/run)'],
      [true, null],
    ]);
    const last = signed.placed.at(-1)?.sha ?? '';
    expect(await treeOf(scene, last)).toBe(await treeOf(scene, placed.at(-1)?.sha ?? ''));
    expect(await scene.clone.git('log', '--format=%cn', `main..${last}`)).toBe('GitHub\nupkeep[bot]\nGitHub');
  });

  it('keeps the commits as they are when GitHub refuses, and does not ask again for each', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [
      { agent: 'docs', files: { 'a.txt': 'b\n' } },
      { agent: 'qa', files: { 'a.txt': 'c\n' } },
    ]);
    const host = gitHost(scene.remote, { refuse: 'Resource not accessible by integration' });
    const signed = await sign(scene, host, placed);
    expect(signed.placed).toEqual(placed);
    expect(signed.verifications.map(({ why }) => why)).toEqual(Array.from({ length: 2 }, () => 'Resource not accessible by integration'));
    expect(host.calls).toBe(1);
    expect(await scene.at(SCRATCH)).toBe('');
  });

  it.each([
    ['made other content of it', { content: 'spoiled\n' }],
    ['did not sign it', { isVerified: false }],
  ])('does not take a commit when GitHub %s', async (words, spoil) => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [{ agent: 'docs', files: { 'a.txt': 'b\n' } }]);
    const signed = await sign(scene, gitHost(scene.remote, spoil), placed);
    expect(signed.placed).toEqual(placed);
    expect(signed.verifications).toMatchObject([{ isVerified: false, why: expect.stringContaining(words) as unknown }]);
    expect(await scene.at(SCRATCH)).toBe('');
  });

  it('says why when the remote does not take the branch beside the target', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [{ agent: 'docs', files: { 'a.txt': 'b\n' } }]);
    await scene.remote.write('hooks/pre-receive', '#!/bin/sh\ncat >/dev/null\nexit 1\n', 0o755);
    const signed = await sign(scene, gitHost(scene.remote), placed);
    expect(signed.placed).toEqual(placed);
    expect(signed.verifications[0]?.why).toContain(`did not take ${SCRATCH}`);
  });

  it('begins anew on what a run left behind that was stopped', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [{ agent: 'docs', files: { 'a.txt': 'b\n' } }]);
    await scene.remote.git('branch', SCRATCH, 'main');
    await scene.commit(SCRATCH, { 'left.txt': 'left\n' });
    const signed = await sign(scene, gitHost(scene.remote), placed);
    expect(signed.verifications).toMatchObject([{ isVerified: true }]);
    expect(await scene.at(SCRATCH)).toBe('');
  });

  it('does not send more than a request takes', async () => {
    await using scene = await proposalScene({ 'a.txt': 'a\n' });
    const placed = await chainOf(scene, [{ agent: 'docs', files: { 'a.txt': 'x'.repeat(11 * 1024 * 1024) } }]);
    const host = gitHost(scene.remote);
    const signed = await sign(scene, host, placed);
    expect(signed.verifications[0]?.why).toBe('it holds 11 MB, and a request takes 10');
    expect(host.calls).toBe(0);
  });
});
