/** A bare repository as GitHub keeps it: what the double answers about branches, commits and files comes from here. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Path → content; null deletes the file. */
export type Files = Readonly<Record<string, string | Buffer | null>>;

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface CommitRequest {
  readonly branch: string;
  readonly message: string;
  readonly files: Files;
  readonly author?: Identity;
  /** Default: the author. */
  readonly committer?: Identity;
  /** Seconds since 1970. */
  readonly at: number;
}

export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
}

/** One rule of a branch as pushes meet it. */
export interface PushRule {
  /** Shell pattern of the branch's name. */
  readonly branch: string;
  /** `GH006` for branch protection, `GH013` for rulesets. */
  readonly code: 'GH006' | 'GH013';
  readonly sentences: readonly string[];
}

export interface BareGit {
  readonly path: string;
  git(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** The commit behind a branch, tag or name, or null. */
  resolve(rev: string): Promise<string | null>;
  branches(): Promise<readonly { readonly name: string; readonly sha: string }[]>;
  commitFacts(sha: string): Promise<CommitFacts>;
  /** Commits of `to` that `from` has not, the newest first. */
  between(from: string, to: string): Promise<readonly string[]>;
  /** Adds a commit on top of the branch, which is made when it is not there, and returns it. */
  commit(request: CommitRequest): Promise<string>;
  /** The tree of `base` with these entries (`update-index -z --index-info`) laid over it. */
  treeWith(base: string | null, entries: string): Promise<string>;
  /** From now on pushes meet these rules; a commit that `approve` named passes. */
  setRules(rules: readonly PushRule[]): Promise<void>;
}

const PERSON: Identity = { name: 'A Person', email: 'person@example.test' };

/** Asks every rule of `rules` about every branch that is pushed; wording as GitHub's. */
const PRE_RECEIVE = `#!/bin/sh
refused=0
tab=$(printf '\\t')
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  [ "$branch" = "$ref" ] && continue
  [ -f "approved/$new" ] && continue
  while IFS="$tab" read -r pattern code sentence; do
    case "$branch" in $pattern) ;; *) continue ;; esac
    case "$code" in
      GH006) echo "error: GH006: Protected branch update failed for $ref." >&2 ;;
      *) echo "error: GH013: Repository rule violations found for $ref." >&2 ;;
    esac
    echo "" >&2
    echo "- $sentence" >&2
    refused=1
  done < rules
done
exit $refused
`;

const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** The bare repository at `path`, which is there already. */
export function bareGitAt(path: string): BareGit {
  const run = (args: readonly string[], input: string | Buffer = '', env: NodeJS.ProcessEnv = process.env): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile('git', ['--git-dir', path, ...args], { maxBuffer: 1 << 28, env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`git ${args.join(' ')}: ${stderr || error.message}`)),
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  const git: BareGit['git'] = (args, input) => run(args, input);
  const resolve = async (rev: string): Promise<string | null> => {
    if (rev.startsWith('-')) return null;
    return git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`]).then(
      (sha) => sha.trim(),
      () => null,
    );
  };
  return {
    path,
    git,
    resolve,
    branches: async () => {
      const lines = await git(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/']);
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ name: line.slice(41), sha: line.slice(0, 40) }));
    },
    commitFacts: async (sha) => {
      const parts = (await git(['show', '-s', `--format=${FORMAT}`, sha])).split('\0');
      const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = parts;
      return {
        sha: id,
        tree,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        message: message.trimEnd(),
        author: { name: an, email: ae, date: utc(ad) },
        committer: { name: cn, email: ce, date: utc(cd) },
      };
    },
    between: async (from, to) => (await git(['rev-list', `${from}..${to}`])).split('\n').filter((sha) => sha !== ''),
    commit: async ({ branch, message, files, at, author = PERSON, committer = author }) => {
      const parent = await resolve(`refs/heads/${branch}`);
      const line = (role: string, { name, email }: Identity): string => `${role} ${name} <${email}> ${at} +0000\n`;
      const people = line('author', author) + line('committer', committer);
      const parts: (string | Buffer)[] = [`commit refs/heads/${branch}\n${people}`, ...dataOf(message)];
      if (parent !== null) parts.push(`from ${parent}\n`);
      for (const [file, content] of Object.entries(files)) {
        const path = JSON.stringify(file);
        if (content === null) parts.push(`D ${path}\n`);
        else parts.push(`M 100644 inline ${path}\n`, ...dataOf(content));
      }
      await git(['fast-import', '--quiet', '--date-format=raw'], Buffer.concat(parts.map((part) => Buffer.from(part))));
      return (await resolve(`refs/heads/${branch}`)) ?? '';
    },
    treeWith: async (base, entries) => {
      const folder = await mkdtemp(join(path, 'index-'));
      const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') };
      if (base !== null) await run(['read-tree', base], '', env);
      await run(['update-index', '-z', '--index-info'], entries, env);
      const tree = (await run(['write-tree'], '', env)).trim();
      await rm(folder, { recursive: true });
      return tree;
    },
    setRules: async (rules) => {
      const lines = rules.flatMap(({ branch, code, sentences }) => sentences.map((sentence) => `${branch}\t${code}\t${sentence}\n`));
      await mkdir(join(path, 'hooks'), { recursive: true });
      await writeFile(join(path, 'rules'), lines.join(''));
      await writeFile(join(path, 'hooks', 'pre-receive'), PRE_RECEIVE);
      await chmod(join(path, 'hooks', 'pre-receive'), 0o755);
    },
  };
}

function dataOf(content: string | Buffer): (string | Buffer)[] {
  const bytes = Buffer.from(content);
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, 'Z');
}
