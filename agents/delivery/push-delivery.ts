/** Delivery `push`: branch and ledger reach the remote in one atomic push, or neither does. */
import { PUSH_ADVICE } from '../../git/push-refusal.ts';
import { remoteSentence } from '../../git/remote-access.ts';
import type { RemoteAuth } from '../../git/remote-access.ts';
import type { RemoteSilence } from '../../git/remote-silence.ts';
import { fetchCommits, remoteHead } from '../../git/remote.ts';
import type { Ledger } from '../../ledger/store.ts';
import { pushShared } from '../../ledger/sync.ts';
import type { RunContext } from '../run-context.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryInstead, DeliveryStep, Refusal } from './delivery.ts';
import { keepRefused } from './keep.ts';
import type { Sign } from './sign-commits.ts';

export interface PushTarget {
  /** Short name; null when HEAD is detached and the configuration names none. */
  readonly branch: string | null;
  /** Name of the remote, or null when the repository has none of that name. */
  readonly remote: string | null;
  /** The name that the configuration asks for. */
  readonly remoteName: string;
  readonly ledger: Ledger;
  /** Where the remote keeps the shared ledger. */
  readonly store: 'ref' | 'branch';
  /** What this command knows of a remote that keeps it waiting. */
  readonly silence: RemoteSilence;
  /** How Git identifies itself; undefined where the machine has a way of its own. */
  readonly auth: RemoteAuth | undefined;
  /** Has the host make the commits and sign them; null where that is not asked for. */
  readonly sign: Sign | null;
  /** Address of the pages of the repository, for links to settings; null when it is not known. */
  readonly pages: string | null;
  /** The way to take when the branch does not take the commits; null when there is none. */
  readonly propose: ((why: Refusal) => Delivery) | null;
}

export function pushDelivery(context: RunContext, target: PushTarget): Delivery {
  const { repository, journal } = context;
  const { branch, remote, ledger, store, silence, auth, sign, propose } = target;

  const refuse = (step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd> =>
    keepRefused(context, step, { mode: 'push', branch, refusal });

  /** By pull request where that is possible, else they are kept. */
  const proposeOrRefuse = async (step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd | DeliveryInstead> =>
    propose === null ? refuse(step, refusal) : { kind: 'instead', delivery: propose(refusal), tip: step.integration.from };

  /** The remote was not asked or gave no answer: nothing of the commits is there. */
  const unanswered = async (step: DeliveryStep, about: { remote: string; reason: string }): Promise<DeliveryEnd> => {
    silence.heard(about.reason);
    const reason = await remoteSentence(repository, about.remote, about.reason);
    return refuse(step, { reason, advice: 'run again when it answers; the commits wait' });
  };

  /** Pushes the branch with the events; other writers of the ledger are waited out there, those of the branch are ours to follow. */
  const pushTogether = async (step: DeliveryStep, at: { remote: string; branch: string }): Promise<DeliveryAttempt> => {
    const { from, placed } = step.integration;
    const { placed: arriving, verifications } = (await sign?.({ base: from, placed })) ?? { placed, verifications: [] };
    const to = arriving.at(-1)?.sha ?? from;
    const commits = arriving.map(({ sha }) => sha);
    const report = { ...emptyDelivery('push', branch), outcome: 'pushed' as const, commits, verifications };
    const arrived = (recorded: boolean): DeliveryEnd => {
      journal.advance('delivered');
      return { kind: 'done', delivered: true, arrived: arriving, recorded, report };
    };
    const events = step.events(report, arriving);
    journal.advance('delivering', { move: { branch: at.branch, from, to } });
    const extraUpdates = [{ sha: to, ref: `refs/heads/${at.branch}` }];
    const cwd = repository.root ?? repository.gitDir;
    const result = await pushShared(ledger, { remote: at.remote, cwd, store, auth, extraUpdates, events });
    if (result.ok) return arrived(true);
    if (result.reason === 'silent') return unanswered(step, { remote: at.remote, reason: result.reason });
    silence.heard(result.reason);
    const now = await remoteHead({ repository, ...at, auth });
    // A connection that breaks leaves open whether the push arrived.
    if (now.ok && now.sha === to) return arrived(false);
    if (now.ok && now.sha !== null && now.sha !== from) return follow(step, at);
    const advice = result.reason === 'corrupt' ? null : PUSH_ADVICE[result.reason];
    const said = result.said.length === 0 ? '' : ` (${result.said.join(' ')})`;
    const page = advice?.page === undefined || advice.page === null || target.pages === null ? '' : `: ${target.pages}${advice.page}`;
    const refusal = { reason: `${at.remote} did not take ${at.branch}: ${result.reason}${said}`, advice: `${result.message}${page}` };
    return result.culprit === 'branch' && advice?.mayPropose === true ? proposeOrRefuse(step, refusal) : refuse(step, refusal);
  };

  /** Fetches where the branch is now. Also when the person has commits that are not pushed: those are never pushed by us. */
  const follow = async (step: DeliveryStep, at: { remote: string; branch: string }): Promise<DeliveryAttempt> => {
    const fetched = await fetchCommits({ repository, ...at, auth });
    if (fetched.ok && fetched.sha !== null) return { kind: 'moved', tip: fetched.sha };
    if (!fetched.ok) return unanswered(step, { remote: at.remote, reason: fetched.reason });
    return refuse(step, { reason: `the new commits of ${at.branch} could not be fetched`, advice: 'run again; the commits wait' });
  };

  return {
    mode: 'push',
    placement: 'together',
    startingPoint: (base) => Promise.resolve(base),
    async attempt(step) {
      const { from, placed } = step.integration;
      if (placed.length === 0) return { kind: 'done', delivered: true, recorded: false, report: emptyDelivery('push', branch) };
      if (remote === null) {
        return refuse(step, {
          reason: `there is no remote "${target.remoteName}"`,
          advice: `add it with \`git remote add ${target.remoteName} <address>\`, or choose another delivery`,
        });
      }
      if (branch === null) {
        return refuse(step, {
          reason: 'HEAD is detached, so no branch is named',
          advice: 'check out a branch, or name one in delivery.branch',
        });
      }
      const known = silence.why();
      if (known !== null) return unanswered(step, { remote, reason: known });
      const head = await remoteHead({ repository, remote, branch, auth });
      if (!head.ok) return unanswered(step, { remote, reason: head.reason });
      if (head.sha === null)
        return refuse(step, { reason: `${remote} has no branch ${branch}`, advice: `push it once with \`git push ${remote} ${branch}\`` });
      if (head.sha !== from) return follow(step, { remote, branch });
      return pushTogether(step, { remote, branch });
    },
    withhold: refuse,
    giveUp: (step) =>
      proposeOrRefuse(step, {
        reason: `${branch ?? 'the branch'} moved again and again`,
        advice: 'run again when it is quieter; the commits wait',
      }),
  };
}
