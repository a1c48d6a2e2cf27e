/** The Git database: refs, and objects made one by one. */
import { notFound, repositoryUrl, text, unprocessable } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';

const ZERO = '0'.repeat(40);

export const gitOperations: Readonly<Record<string, Handler>> = {
  'git/get-ref': async (call) => {
    const ref = `refs/${call.path['ref'] ?? ''}`;
    const sha = await shaOf(call, ref);
    if (sha === null) throw notFound();
    return { status: 200, body: refShape(call, ref, sha) };
  },
  'git/list-matching-refs': async (call) => {
    const lines = await call.repository.git.git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/']);
    const refs = lines.split('\n').filter((line) => line.slice(41).startsWith(`refs/${call.path['ref'] ?? ''}`));
    return { status: 200, body: refs.map((line) => refShape(call, line.slice(41), line.slice(0, 40))) };
  },
  'git/create-ref': async (call) => {
    const ref = text(call.body['ref']);
    const sha = text(call.body['sha']);
    if (!/^refs\/[^/]+\/./.test(ref)) throw unprocessable("Reference name must start with 'refs/' and have at least two slashes.");
    if ((await call.repository.git.resolve(sha)) === null) throw unprocessable('Object does not exist');
    if ((await shaOf(call, ref)) !== null) throw unprocessable('Reference already exists');
    await call.repository.git.git(['update-ref', ref, sha, ZERO]);
    return { status: 201, body: refShape(call, ref, sha) };
  },
  'git/update-ref': async (call) => {
    const ref = `refs/${call.path['ref'] ?? ''}`;
    const sha = text(call.body['sha']);
    const old = await shaOf(call, ref);
    if (old === null) throw unprocessable('Reference does not exist');
    if ((await call.repository.git.resolve(sha)) === null) throw unprocessable('Object does not exist');
    if (call.body['force'] !== true && (await call.repository.git.between(sha, old)).length > 0)
      throw unprocessable('Update is not a fast forward');
    await call.repository.git.git(['update-ref', ref, sha, old]);
    return { status: 200, body: refShape(call, ref, sha) };
  },
  'git/delete-ref': async (call) => {
    const ref = `refs/${call.path['ref'] ?? ''}`;
    if ((await shaOf(call, ref)) === null) throw unprocessable('Reference does not exist');
    await call.repository.git.git(['update-ref', '-d', ref]);
    return { status: 204 };
  },
  'git/get-commit': async (call) => {
    const sha = await call.repository.git.resolve(call.path['commit_sha'] ?? '');
    if (sha === null) throw notFound();
    return { status: 200, body: await gitCommitShape(call, sha) };
  },
  'git/create-commit': async (call) => {
    const { git } = call.repository;
    const { message, tree, parents = [], author = {} } = call.body as unknown as NewCommit;
    const { name = 'A Person', email = 'person@example.test', date = call.world.now().toISOString() } = author;
    const identity = ['author', 'committer'].map((role) => `${role} ${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`);
    const object = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), ...identity, '', message].join('\n');
    const sha = (await git.git(['hash-object', '-t', 'commit', '-w', '--stdin'], object)).trim();
    return { status: 201, body: await gitCommitShape(call, sha) };
  },
  'git/create-blob': async (call) => {
    const content = Buffer.from(text(call.body['content']), call.body['encoding'] === 'base64' ? 'base64' : 'utf8');
    const sha = (await call.repository.git.git(['hash-object', '-w', '--stdin'], content)).trim();
    return { status: 201, body: { sha, url: `${repositoryUrl(call.world, call.repository)}/git/blobs/${sha}` } };
  },
  'git/get-blob': async (call) => {
    const sha = call.path['file_sha'] ?? '';
    const content = await call.repository.git.git(['cat-file', 'blob', sha]).catch(() => {
      throw notFound();
    });
    return {
      status: 200,
      body: { sha, encoding: 'base64', content: Buffer.from(content).toString('base64'), size: Buffer.byteLength(content) },
    };
  },
  'git/create-tree': async (call) => ({ status: 201, body: await treeShape(call, await createTree(call)) }),
  'git/get-tree': async (call) => {
    const sha = (
      await call.repository.git.git(['rev-parse', '--verify', '--end-of-options', `${call.path['tree_sha'] ?? ''}^{tree}`]).catch(() => {
        throw notFound();
      })
    ).trim();
    return { status: 200, body: await treeShape(call, sha) };
  },
};

interface NewCommit {
  readonly message: string;
  readonly tree: string;
  readonly parents?: readonly string[];
  readonly author?: { readonly name?: string; readonly email?: string; readonly date?: string };
}

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly sha?: string | null;
  readonly content?: string;
}

/** The tree of `base_tree` with the entries over it. */
async function createTree({ repository, body }: Call): Promise<string> {
  const { git } = repository;
  const base = body['base_tree'];
  const lines: string[] = [];
  for (const { path, mode, sha, content } of body['tree'] as TreeEntry[]) {
    const id = content === undefined ? sha : (await git.git(['hash-object', '-w', '--stdin'], content)).trim();
    lines.push(`${id === null || id === undefined ? `0 ${ZERO}` : `${mode} ${id}`}\t${path}\0`);
  }
  return git.treeWith(base === undefined ? null : text(base), lines.join(''));
}

async function shaOf({ repository }: Call, ref: string): Promise<string | null> {
  return repository.git.git(['rev-parse', '--verify', '--quiet', '--end-of-options', ref]).then(
    (sha) => sha.trim(),
    () => null,
  );
}

function refShape({ world, repository }: Call, ref: string, sha: string): Record<string, unknown> {
  const url = repositoryUrl(world, repository);
  return { ref, node_id: `REF_${ref}`, url: `${url}/git/${ref}`, object: { type: 'commit', sha, url: `${url}/git/commits/${sha}` } };
}

async function gitCommitShape({ world, repository }: Call, sha: string): Promise<Record<string, unknown>> {
  const { parents, ...facts } = await repository.git.commitFacts(sha);
  const url = `${repositoryUrl(world, repository)}/git/commits`;
  return {
    ...facts,
    sha,
    url: `${url}/${sha}`,
    tree: { sha: facts.tree },
    parents: parents.map((parent) => ({ sha: parent, url: `${url}/${parent}` })),
  };
}

async function treeShape({ repository, query }: Call, sha: string): Promise<Record<string, unknown>> {
  const listing = await repository.git.git(['ls-tree', '-z', ...(query.has('recursive') ? ['-r'] : []), sha]);
  const tree = listing.split('\0').flatMap((line) => {
    const found = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
    return found === null ? [] : [{ mode: found[1], type: found[2], sha: found[3], path: found[4] }];
  });
  return { sha, tree, truncated: false };
}
