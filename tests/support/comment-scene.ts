/** A repository on the GitHub double, a clone of it, and people who comment. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readState } from '../../ledger/read.ts';
import { fetchShared } from '../../ledger/sync.ts';
import { openLedger } from '../../ledger/store.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { repositoryAt, temporaryFolder, type TestRepository } from './git-repository.ts';
import { startGitHub, TOKEN, type FakeGitHub, type FakeGitHubOptions } from './github/start-github.ts';
import type { Comment, Issue } from './github/state.ts';
import { agent, type CommandEnd } from './run-agent-command.ts';

export interface CommentScene extends AsyncDisposable {
  readonly github: FakeGitHub;
  /** A clone on a machine of one's own, which may push. */
  readonly clone: TestRepository;
  readonly issue: Issue;
  /** Somebody comments on the issue (or on another), and the workflow on issue_comment runs `agent comment`. */
  say(body: string, how?: SayOptions): Promise<CommandEnd & { readonly comment: Comment; readonly answers: readonly string[] }>;
  /** What the ledger on GitHub holds. */
  shared(): Promise<LedgerState>;
}

export interface SayOptions {
  /** Default: `ada`, who may write. */
  readonly author?: string;
  /** Default: the scene's issue. */
  readonly number?: number;
  /** A comment that was written before, told of once more. */
  readonly again?: Comment;
  readonly env?: Readonly<Record<string, string>>;
  /** Another clone than a fresh one. */
  readonly cwd?: string;
}

/** One agent, docs, with one check that is red when `smoke.txt` has words. */
const FILES: Readonly<Record<string, string>> = {
  'agent.config.json': JSON.stringify({
    agents: Object.fromEntries(['architecture', 'frontend', 'devops', 'backend'].map((id) => [id, { enabled: false }])),
    checks: { prettier: false, markdown: false, links: false },
    scheduler: { retry: { limit: 0 } },
    customChecks: {
      smoke: {
        agent: 'docs',
        run: ['node', '-e', "if(require('fs').readFileSync('smoke.txt','utf8')!=='')console.log('smoke.txt:1: smoke')"],
        paths: ['smoke.txt'],
        findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+): (?<message>.*)$', severity: 'error' },
        needsDependencies: false,
      },
    },
  }),
  'smoke.txt': '',
};

/** `ada` may write, `tom` may triage; the issue is a person's with this body. */
export async function commentScene(
  options: FakeGitHubOptions & { readonly body?: string; readonly opener?: string } = {},
): Promise<CommentScene> {
  const { body = 'What is wrong?', opener = 'github-actions[bot]', ...rest } = options;
  const repositories = { 'acme/site': { files: FILES, collaborators: { ada: 'write', max: 'maintain', tom: 'triage' } as const } };
  const github = await startGitHub({ repositories, users: ['eve'], ...rest });
  const repository = github.repository();
  const issue = repository.openIssue({ title: 'docs fails', body, author: opener });
  const folders: AsyncDisposable[] = [];
  const cloneIt = async (): Promise<TestRepository> => {
    const folder = await temporaryFolder();
    folders.push(folder);
    await repositoryAt(folder.path).git('clone', '-q', repository.remote, 'work');
    return repositoryAt(join(folder.path, 'work'));
  };
  const clone = await cloneIt();
  // A machine of one's own has its credentials set up; a runner has the token of the job only.
  await clone.git('config', 'http.extraHeader', github.server.header(TOKEN));
  return {
    github,
    clone,
    issue,
    say: async (words, how = {}) => {
      const { author = 'ada', number = issue.number } = how;
      const about = repository.issue(number);
      const comment = how.again ?? repository.comment(number, words, author);
      const cwd = how.cwd ?? (await cloneIt()).path;
      const eventPath = join(cwd, '..', `event-${comment.id}.json`);
      await writeFile(eventPath, JSON.stringify(payloadOf(about, comment)));
      const end = await agent(cwd, ['comment'], {
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: github.url,
        GITHUB_SERVER_URL: github.server.origin,
        GITHUB_REPOSITORY: 'acme/site',
        GITHUB_EVENT_NAME: 'issue_comment',
        GITHUB_EVENT_PATH: eventPath,
        GITHUB_RUN_ID: '4711',
        GITHUB_TOKEN: TOKEN,
        ...how.env,
      });
      const answers = about.comments.filter(({ body: text }) => text.startsWith(`<!-- upkeep:v1:answer:${comment.id} -->`));
      return { ...end, comment, answers: answers.map(({ body: text }) => text.split('\n').slice(1).join('\n')) };
    },
    shared: async () => {
      const reader = await cloneIt();
      const { commonDir } = await reader.open();
      const ledger = openLedger(commonDir);
      const fetched = await fetchShared(ledger, { remote: 'origin', cwd: reader.path, store: 'ref' });
      if (!fetched.ok) throw new Error(`the ledger could not be fetched: ${fetched.reason}`);
      return (await readState(ledger)).shared;
    },
    [Symbol.asyncDispose]: async () => {
      for (const folder of folders) await folder[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

/** As GitHub tells of a new comment, as far as anybody reads it. */
export function payloadOf(issue: Issue, comment: Comment): Record<string, unknown> {
  const userOf = (login: string): object => ({ login, type: login.endsWith('[bot]') ? 'Bot' : 'User' });
  return {
    action: 'created',
    repository: { full_name: 'acme/site', default_branch: 'main' },
    sender: userOf(comment.author),
    issue: {
      number: issue.number,
      body: issue.body,
      user: userOf(issue.author),
      author_association: 'NONE',
      ...(issue.pull === null ? {} : { pull_request: {} }),
    },
    comment: { id: comment.id, body: comment.body, user: userOf(comment.author) },
  };
}
