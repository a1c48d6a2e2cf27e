/** Deliveries that move no branch: `patch` writes files, `none` only keeps the commits for a later run. */
import type { Integration } from '../integrate-runs.ts';
import type { RunContext } from '../run-context.ts';
import type { DeliveryReport } from '../run-report.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryEnd, DeliveryStep } from './delivery.ts';
import { keepAsPatches, keepUnderRefs, patchFolder } from './keep.ts';

/** Patch files in `folder`, by default inside the Git directory; a folder of one's own is a rehearsal and leaves no refs. */
export function patchDelivery(context: RunContext, ask: { branch: string | null; folder: string | null }): Delivery {
  const { repository, journal } = context;
  return quiet('patch', async (integration) => ({
    ...emptyDelivery('patch', ask.branch),
    ...(await keepAsPatches(repository, integration, ask.folder ?? patchFolder(repository, journal.entry.id))),
    ...(ask.folder === null ? await keepUnderRefs(repository, integration) : {}),
    outcome: 'patch',
    advice: ask.folder === null ? 'apply them with `git am <file>`, or run `agent accept`' : 'apply them with `git am <file>`',
  }));
}

export function noDelivery(context: RunContext, branch: string | null): Delivery {
  return quiet('none', async (integration) => ({
    ...emptyDelivery('none', branch),
    ...(await keepUnderRefs(context.repository, integration)),
    outcome: 'none',
    advice: 'take the commits with `agent accept`',
  }));
}

function quiet(mode: 'patch' | 'none', keep: (integration: Integration) => Promise<DeliveryReport>): Delivery {
  const attempt = async ({ integration }: DeliveryStep): Promise<DeliveryEnd> => {
    const isEmpty = integration.placed.length === 0;
    const report = isEmpty ? emptyDelivery(mode, null) : await keep(integration);
    return { kind: 'done', delivered: isEmpty, recorded: false, report };
  };
  return {
    mode,
    placement: 'together',
    startingPoint: (base) => Promise.resolve(base),
    attempt,
    giveUp: attempt,
    // No branch gets them here; whoever takes them should know.
    async withhold(step, { reason }) {
      const end = await attempt(step);
      return { ...end, report: { ...end.report, reason } };
    },
  };
}
