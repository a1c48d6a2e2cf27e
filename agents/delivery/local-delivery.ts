/** Delivery `local`: the checked-out branch moves forward, or the commits wait under refs. */
import { deliverLocal } from '../../git/local-delivery.ts';
import type { LocalRefusal, LocalResult } from '../../git/local-delivery.ts';
import { resolveRef } from '../../git/refs.ts';
import type { RunContext } from '../run-context.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryEnd, DeliveryStep, Refusal } from './delivery.ts';
import { keepUnderRefs } from './keep.ts';

const ACCEPT = 'agent accept';

interface Refused extends Pick<Extract<LocalResult, { ok: false }>, 'paths' | 'message'> {
  readonly reason: Exclude<LocalRefusal, 'moved'>;
}

/** The words for each refusal. */
const REFUSALS: Readonly<Record<Exclude<LocalRefusal, 'moved'>, Refusal>> = {
  detached: { reason: 'HEAD is detached, so there is no branch to move', advice: `check out a branch, then run \`${ACCEPT}\`` },
  'not-checked-out': { reason: 'another branch is checked out', advice: `check that branch out, then run \`${ACCEPT}\`` },
  'operation-in-progress': {
    reason: 'a rebase, merge, cherry-pick, revert or bisect is under way',
    advice: `finish it, then run \`${ACCEPT}\``,
  },
  'checked-out-elsewhere': { reason: 'another worktree has the branch checked out', advice: `run \`${ACCEPT}\` there` },
  'would-overwrite': {
    reason: 'files of yours that are not committed stand in the way',
    advice: `commit or move them, then run \`${ACCEPT}\``,
  },
  locked: {
    reason: 'another git command holds the index or the branch',
    advice: `wait until it has ended, or delete that file when no git is running here, then run \`${ACCEPT}\``,
  },
  unsettled: {
    reason: 'git was stopped while it moved the branch, and what it left cannot be put right yet',
    advice: `run \`agent recover\`, which says what is in the way, then run \`${ACCEPT}\``,
  },
  failed: { reason: 'git refused to move the branch', advice: `run \`agent doctor\`, then \`${ACCEPT}\`` },
};

/** The words for a refusal, with the paths that stand in the way, else what git said. */
export function refusalWords({ reason, paths = [], message = '' }: Refused): Refusal {
  const refusal = REFUSALS[reason];
  if (paths.length > 0) return { ...refusal, reason: `${refusal.reason}: ${paths.slice(0, 5).join(', ')}` };
  const said = reason === 'failed' ? /^(?:error|fatal): (.+)$/m.exec(message)?.[1] : undefined;
  if (said === undefined) return refusal;
  const isUnwritable = /: (?:Permission denied|Operation not permitted|Read-only file system)/.test(message);
  return {
    reason: `${refusal.reason}: ${said}`,
    advice: isUnwritable ? `give yourself the right to write there, then run \`${ACCEPT}\`` : refusal.advice,
  };
}

export function localDelivery(context: RunContext, branch: string | null): Delivery {
  const { repository, journal } = context;

  const keep = async (step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd> => ({
    kind: 'done',
    delivered: false,
    recorded: false,
    report: { ...emptyDelivery('local', branch), ...(await keepUnderRefs(repository, step.integration)), ...refusal },
  });

  return {
    mode: 'local',
    placement: 'together',
    startingPoint: async (base) => (branch === null ? base : ((await resolveRef(repository, `refs/heads/${branch}`)) ?? base)),
    async attempt(step) {
      const { from, to, placed } = step.integration;
      if (placed.length === 0) return { kind: 'done', delivered: true, recorded: false, report: emptyDelivery('local', branch) };
      if (branch === null) return keep(step, REFUSALS.detached);
      journal.advance('delivering', { move: { branch, from, to } });
      const result = await deliverLocal({ repository, branch, from, to });
      if (result.ok) {
        journal.advance('delivered');
        const commits = placed.map(({ sha }) => sha);
        return {
          kind: 'done',
          delivered: true,
          recorded: false,
          report: { ...emptyDelivery('local', branch), outcome: 'delivered', commits },
        };
      }
      if (result.reason === 'moved') return { kind: 'moved', tip: (await resolveRef(repository, `refs/heads/${branch}`)) ?? from };
      return keep(step, refusalWords({ ...result, reason: result.reason }));
    },
    withhold: keep,
    giveUp: (step) => keep(step, { reason: 'the branch moved again and again', advice: `when it is quiet, run \`${ACCEPT}\`` }),
  };
}
