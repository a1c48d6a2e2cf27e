/** Commits, branches and files, read from the bare repository. */
import { notFound, pageUrl, repositoryUrl, text, unprocessable } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import type { Repository, World } from '../state.ts';
import { userShape } from './shapes.ts';

export const commitOperations: Readonly<Record<string, Handler>> = {
  'repos/list-branches': async ({ world, repository, query }) => {
    const only = query.get('protected');
    const branches = (await repository.git.branches()).map((branch) => branchShape(world, repository, branch));
    return { status: 200, list: branches.filter((branch) => only === null || String(branch['protected']) === only) };
  },
  'repos/get-branch': async ({ world, repository, path }) => {
    const name = path['branch'] ?? '';
    const sha = await repository.git.resolve(`refs/heads/${name}`);
    if (sha === null) throw notFound();
    return {
      status: 200,
      body: { ...branchShape(world, repository, { name, sha }), commit: await commitShape(world, repository, sha), _links: {} },
    };
  },
  'repos/get-commit': async ({ world, repository, path }) => ({
    status: 200,
    body: await commitShape(world, repository, await theCommit(repository, path['ref'] ?? '')),
  }),
  'repos/list-commits': async ({ world, repository, query }) => {
    const from = await theCommit(repository, query.get('sha') ?? repository.settings.defaultBranch);
    const path = query.get('path');
    const shas = (await repository.git.git(['rev-list', '--max-count=200', from, ...(path === null ? [] : ['--', path])]))
      .trim()
      .split('\n');
    return { status: 200, list: await Promise.all(shas.map((sha) => commitShape(world, repository, sha))) };
  },
  'repos/compare-commits': (call) => compare(call, call.path['base'] ?? '', call.path['head'] ?? ''),
  'repos/compare-commits-with-basehead': (call) => {
    const [base = '', head = ''] = (call.path['basehead'] ?? '').split('...');
    return compare(call, base, head);
  },
  'repos/list-branches-for-head-commit': async ({ repository, path }) => {
    const branches = (await repository.git.branches()).filter(({ sha }) => sha === path['commit_sha']);
    return { status: 200, body: branches.map(({ name, sha }) => ({ name, commit: { sha }, protected: false })) };
  },
  'repos/get-content': async ({ world, repository, path, query }) => {
    const commit = await theCommit(repository, query.get('ref') ?? repository.settings.defaultBranch);
    const file = (path['path'] ?? '').replace(/\/$/, '');
    const listing = await repository.git.git(['ls-tree', '-l', '-z', commit, '--', file]);
    const found = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)\0$/s.exec(listing);
    if (found === null) throw notFound();
    const [, , type, sha = '', size] = found;
    if (type === 'tree') {
      const entries = (await repository.git.git(['ls-tree', '-l', '-z', `${commit}:${file}`])).split('\0').filter((line) => line !== '');
      const shapes = entries.map((line) => {
        const [, kind, id, bytes, name] = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
        return { type: kind === 'tree' ? 'dir' : 'file', name, path: `${file}/${name}`, sha: id, size: Number(bytes) || 0, _links: {} };
      });
      return { status: 200, body: shapes };
    }
    const content = Buffer.from(await repository.git.git(['cat-file', 'blob', sha])).toString('base64');
    const url = `${repositoryUrl(world, repository)}/contents/${file}`;
    const name = file.split('/').at(-1);
    return { status: 200, body: { type: 'file', encoding: 'base64', size: Number(size), name, path: file, content, sha, url, _links: {} } };
  },
};

export function branchShape(world: World, repository: Repository, { name, sha }: { name: string; sha: string }): Record<string, unknown> {
  const protection = repository.protections.get(name);
  return {
    name,
    commit: { sha, url: `${repositoryUrl(world, repository)}/commits/${sha}` },
    protected: protection !== undefined,
    protection: {
      enabled: protection !== undefined,
      required_status_checks: { enforcement_level: 'off', contexts: [...(protection?.requiredChecks ?? [])], checks: [] },
    },
    protection_url: `${repositoryUrl(world, repository)}/branches/${name}/protection`,
  };
}

export async function commitShape(world: World, repository: Repository, sha: string): Promise<Record<string, unknown>> {
  const facts = await repository.git.commitFacts(sha);
  const url = `${repositoryUrl(world, repository)}/commits/${sha}`;
  return {
    sha,
    node_id: `C_${sha}`,
    url,
    html_url: `${pageUrl(world, repository)}/commit/${sha}`,
    author: userShape(world, repository.owner),
    committer: userShape(world, repository.owner),
    parents: facts.parents.map((parent) => ({ sha: parent, url: `${repositoryUrl(world, repository)}/commits/${parent}` })),
    commit: {
      message: facts.message,
      author: facts.author,
      committer: facts.committer,
      tree: { sha: facts.tree },
      verification: { verified: facts.committer.name === 'GitHub', reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    files: [],
  };
}

/** The commit behind a name; 422 as GitHub's when there is none. */
export async function theCommit(repository: Repository, rev: string): Promise<string> {
  const sha = (await repository.git.resolve(`refs/heads/${rev}`)) ?? (await repository.git.resolve(rev));
  if (sha === null) throw unprocessable(`No commit found for SHA: ${rev}`);
  return sha;
}

async function compare({ world, repository }: Call, base: string, head: string): Promise<{ status: number; body: unknown }> {
  const [from, to] = await Promise.all([theCommit(repository, base), theCommit(repository, head)]).catch(() => {
    throw notFound();
  });
  const [ahead, behind] = await Promise.all([repository.git.between(from, to), repository.git.between(to, from)]);
  const shape = async (sha: string): Promise<unknown> => commitShape(world, repository, sha);
  const status = ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged';
  const mergeBase = text(await repository.git.git(['merge-base', from, to])).trim();
  return {
    status: 200,
    body: {
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      base_commit: await shape(from),
      merge_base_commit: await shape(mergeBase),
      commits: await Promise.all([...ahead].reverse().map(shape)),
      files: [],
    },
  };
}
