/** A host in memory, a remote and a clone of it, and runs of agents that propose. */
import { pullRequestDelivery } from '../../agents/delivery/pull-request-delivery.ts';
import type { PullRequestTarget } from '../../agents/delivery/pull-request-delivery.ts';
import type { PortAnswer, Proposal, ProposalFacts, ProposalPort } from '../../agents/delivery/proposal-port.ts';
import type { Agent } from '../../agents/agent.ts';
import type { ExecuteRequest } from '../../cli/run/execute-run.ts';
import { runEngine } from './engine.ts';
import type { EngineRun } from './engine.ts';
import { createRepository, repositoryWith } from './git-repository.ts';
import type { Content, TestRepository } from './git-repository.ts';

export interface FakeHost extends ProposalPort {
  /** Newest last; people may change them. */
  readonly pulls: (Proposal & { head: string; target: string; facts: ProposalFacts })[];
  /** `find upkeep/docs`, in order. */
  readonly calls: string[];
  /** What the next calls of this name answer instead. */
  failNext(call: 'find' | 'propose' | 'withdraw', failure: { isTransient: boolean; reason: string; advice?: string }): void;
  /** Runs before the next `find` is answered, as if somebody else were faster. */
  beforeFind: (() => Promise<unknown>) | null;
}

/** A host that keeps what it is told. */
export function fakeHost(): FakeHost {
  const failures: { call: string; failure: { isTransient: boolean; reason: string; advice?: string } }[] = [];
  const pulls: FakeHost['pulls'] = [];
  const answer = <Value>(call: string, value: () => Value): PortAnswer<Value> => {
    const index = failures.findIndex((entry) => entry.call === call);
    const [failed] = index < 0 ? [] : failures.splice(index, 1);
    return failed === undefined ? { ok: true, value: value() } : { ok: false, advice: null, ...failed.failure };
  };
  const host: FakeHost = {
    pulls,
    calls: [],
    beforeFind: null,
    failNext: (call, failure) => failures.push({ call, failure }),
    async find({ head, target }) {
      host.calls.push(`find ${head}`);
      const first = host.beforeFind;
      host.beforeFind = null;
      await first?.();
      const own = pulls.filter((pull) => pull.head === head && pull.target === target);
      return answer('find', () => own.find(({ state }) => state === 'open') ?? own.at(-1) ?? null);
    },
    propose(facts, known) {
      host.calls.push(`propose ${facts.head}`);
      return Promise.resolve(
        answer('propose', () => {
          const open = known?.state === 'open' ? known : null;
          const number = open?.number ?? pulls.length + 1;
          const { head, target, sha, base, change } = facts;
          const pull = {
            number,
            url: `https://host.test/${number}`,
            state: 'open' as const,
            sha,
            last: { base, change },
            isWithdrawn: false,
          };
          if (open === null) pulls.push({ ...pull, head, target, facts });
          else pulls[number - 1] = { ...pull, head, target, facts };
          return { number, url: pull.url, what: open === null ? ('opened' as const) : ('updated' as const), notes: [] };
        }),
      );
    },
    withdraw(proposal, why) {
      host.calls.push(`withdraw #${proposal.number}: ${why}`);
      return Promise.resolve(
        answer('withdraw', () => {
          change(host, proposal.number, { state: 'closed', isWithdrawn: true });
          return null;
        }),
      );
    },
  };
  return host;
}

/** What a person does on the pages of the host. */
export function change(host: FakeHost, number: number, more: Partial<Proposal>): void {
  const pull = host.pulls[number - 1];
  if (pull === undefined) throw new Error(`there is no pull request ${number}`);
  host.pulls[number - 1] = { ...pull, ...more };
}

export interface ProposalScene extends AsyncDisposable {
  /** A bare repository with branch main. */
  readonly remote: TestRepository;
  /** A clone of it with main checked out. */
  readonly clone: TestRepository;
  readonly host: FakeHost;
  /** Runs the agents on what is checked out; the remote's branches may change. */
  run(agents: readonly Agent[], more?: Partial<PullRequestTarget>, change?: Partial<ExecuteRequest>): Promise<EngineRun>;
  /** Commits files on a branch of the remote as a person does. */
  commit(branch: string, files: Readonly<Record<string, Content>>, message?: string): Promise<string>;
  /** Where a branch of the remote is; empty when it is not there. */
  at(branch: string): Promise<string>;
  /** The clone gets what the remote has. */
  pull(): Promise<void>;
}

export async function proposalScene(files: Readonly<Record<string, Content>>): Promise<ProposalScene> {
  const remote = await createRepository('--bare');
  await using seed = await repositoryWith(files);
  await seed.git('push', '-q', remote.path, 'main');
  const clone = await remote.clone();
  const host = fakeHost();
  const at = async (branch: string): Promise<string> => (await remote.tryGit('rev-parse', '--verify', '--quiet', branch)).stdout.trim();
  return {
    remote,
    clone,
    host,
    at,
    run: async (agents, more = {}, changes = {}) => {
      const branch = (await clone.open()).branch;
      return runEngine(clone, agents, {
        mode: 'pull-request',
        deliveryFor: (context) =>
          pullRequestDelivery(context, {
            branch,
            remote: 'origin',
            remoteName: 'origin',
            auth: undefined,
            port: host,
            proposedBefore: new Set(),
            sign: null,
            instead: null,
            ...more,
          }),
        ...changes,
      });
    },
    commit: async (branch, changes, message = 'a person') => {
      await using person = await remote.clone();
      await person.git('checkout', '-q', branch);
      const sha = await person.commit(message, changes);
      await person.git('push', '-q', 'origin', branch);
      return sha;
    },
    pull: async () => {
      await clone.git('pull', '-q', '--ff-only');
    },
    [Symbol.asyncDispose]: async () => {
      await clone[Symbol.asyncDispose]();
      await remote[Symbol.asyncDispose]();
    },
  };
}
