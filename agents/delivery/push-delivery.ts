/** Delivery `push`: branch and ledger reach the remote in one atomic push, or neither does. */
import { join } from 'node:path';
import { push } from '../../git/push.ts';
import type { PushResult } from '../../git/push.ts';
import { fetchCommits, remoteHead } from '../../git/remote.ts';
import { adopt, prepareAppend } from '../../ledger/append.ts';
import { LEDGER_REFS } from '../../ledger/store.ts';
import type { Ledger } from '../../ledger/store.ts';
import { fetchShared } from '../../ledger/sync.ts';
import type { RunContext } from '../run-context.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryStep } from './delivery.ts';
import { keepAsPatches, keepUnderRefs, patchFolder } from './keep.ts';

export interface PushTarget {
  /** Short name; null when HEAD is detached and the configuration names none. */
  readonly branch: string | null;
  /** Name of the remote, or null when the repository has none of that name. */
  readonly remote: string | null;
  /** The name that the configuration asks for. */
  readonly remoteName: string;
  readonly ledger: Ledger;
}

interface Refusal {
  readonly reason: string;
  readonly advice: string;
}

/** How often the ledger alone may be overtaken by other writers before the whole is tried again. */
const LEDGER_TRIES = 12;

export function pushDelivery(context: RunContext, target: PushTarget): Delivery {
  const { repository, journal } = context;
  const { branch, remote, ledger } = target;

  const refuse = async ({ integration }: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd> => {
    const kept = await keepUnderRefs(repository, integration);
    const { patches } = await keepAsPatches(repository, integration, patchFolder(repository, journal.entry.id));
    return { kind: 'done', delivered: false, recorded: false, report: { ...emptyDelivery('push', branch), ...kept, outcome: 'refused', patches, ...refusal } };
  };

  /** Pushes the branch with the events; the ledger's other writers are waited out here, the branch's are not. */
  const pushTogether = async (step: DeliveryStep, at: { remote: string; branch: string }): Promise<DeliveryAttempt> => {
    const { from, to, placed } = step.integration;
    const ref = `refs/heads/${at.branch}`;
    const report = { ...emptyDelivery('push', branch), outcome: 'pushed' as const, commits: placed.map(({ sha }) => sha) };
    const events = await step.events(true, report);
    const arrived = async (prepared: Parameters<typeof adopt>[1] | null): Promise<DeliveryEnd> => {
      journal.advance('delivered');
      const recorded = prepared !== null && (await adopt(ledger, prepared));
      return { kind: 'done', delivered: true, recorded, report };
    };
    journal.advance('delivering', { move: { branch: at.branch, from, to } });
    for (let tries = 1; ; tries += 1) {
      const prepared = await prepareAppend(ledger, events);
      const updates = [{ sha: to, ref }, ...(prepared === null ? [] : [{ sha: prepared.sha, ref: LEDGER_REFS.shared }])];
      const result = await push({ repository, remote: at.remote, updates, atomic: true, objects: [join(ledger.gitDir, 'objects')], signal: context.signal });
      if (result.ok) return arrived(prepared);
      const now = await remoteHead({ repository, remote: at.remote, branch: at.branch });
      // A connection that breaks leaves open whether the push arrived.
      if (now.ok && now.sha === to) return arrived(prepared);
      if (now.ok && now.sha !== null && now.sha !== from) return { kind: 'moved', tip: now.sha };
      if (isOvertaken(result) && tries < LEDGER_TRIES) {
        await fetchShared(ledger, { remote: at.remote, cwd: repository.gitDir });
        continue;
      }
      return refuse(step, { reason: `${at.remote} did not take ${at.branch}: ${result.reason}${wordsOf(result)}`, advice: result.advice });
    }
  };

  return {
    mode: 'push',
    startingPoint: (base) => Promise.resolve(base),
    async attempt(step) {
      const { from, placed } = step.integration;
      if (placed.length === 0) return { kind: 'done', delivered: true, recorded: false, report: emptyDelivery('push', branch) };
      if (remote === null) {
        return refuse(step, { reason: `there is no remote "${target.remoteName}"`, advice: `add it with \`git remote add ${target.remoteName} <address>\`, or choose another delivery` });
      }
      if (branch === null) {
        return refuse(step, { reason: 'HEAD is detached, so no branch is named', advice: 'check out a branch, or name one in delivery.branch' });
      }
      const head = await remoteHead({ repository, remote, branch });
      if (!head.ok) return refuse(step, { reason: `${remote} could not be asked: ${head.reason}`, advice: 'run again when it can be reached; the commits wait' });
      if (head.sha === null) return refuse(step, { reason: `${remote} has no branch ${branch}`, advice: `push it once with \`git push ${remote} ${branch}\`` });
      if (head.sha !== from) {
        // Also when the person has commits that are not pushed: those are never pushed by us.
        const fetched = await fetchCommits({ repository, remote, branch });
        if (!fetched.ok || fetched.sha === null) return refuse(step, { reason: `the new commits of ${branch} could not be fetched`, advice: 'run again; the commits wait' });
        return { kind: 'moved', tip: fetched.sha };
      }
      return pushTogether(step, { remote, branch });
    },
    giveUp: (step) => refuse(step, { reason: `${branch ?? 'the branch'} moved again and again`, advice: 'run again when it is quieter; the commits wait' }),
  };
}

function isOvertaken(result: Extract<PushResult, { ok: false }>): boolean {
  return result.reason === 'moved' || result.reason === 'locked';
}

/** The server's own first sentence, where it said one. */
function wordsOf(result: Extract<PushResult, { ok: false }>): string {
  const line = result.stderr
    .split('\n')
    .map((text) => text.replace(/^remote:\s*/, '').trim())
    .find((text) => /^(error|fatal): |GH\d{3}/.test(text));
  return line === undefined ? '' : ` (${line.replace(/^(error|fatal): /, '').slice(0, 200)})`;
}
