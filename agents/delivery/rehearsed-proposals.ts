/** Delivery `pull-request` as a rehearsal: everything is looked at, nothing leaves; pushes and commits become files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { push } from '../../git/push.ts';
import { fetchCommits } from '../../git/remote.ts';
import type { RunContext } from '../run-context.ts';
import type { ProposalReport } from '../run-report.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryStep } from './delivery.ts';
import { keepAsPatches } from './keep.ts';
import { lookAtProposals } from './look-at-proposals.ts';
import type { ProposalTarget } from './look-at-proposals.ts';
import { nothingToChange } from './nothing-to-change.ts';
import { NOT_NEEDED, propose, withdraw } from './propose.ts';

/** `target.port` writes what it would send; `folder` gets the rest. No ref of the clone changes. */
export function rehearsedProposals(context: RunContext, ask: { target: ProposalTarget; folder: string }): Delivery {
  const { repository } = context;
  const { target, folder } = ask;
  const push = rehearsedPush(folder);

  const end = async (step: DeliveryStep, more: { proposals?: readonly ProposalReport[]; reason?: string | null }): Promise<DeliveryEnd> => {
    const { proposals = [], reason = null } = more;
    const report = { ...emptyDelivery('pull-request', target.branch), proposals, reason };
    if (step.integration.placed.length === 0) return { kind: 'done', delivered: true, recorded: false, report };
    const { commits, patches } = await keepAsPatches(repository, step.integration, folder);
    const kept = { commits, patches, outcome: 'patch', advice: 'apply them with `git am <file>`' } as const;
    return { kind: 'done', delivered: false, recorded: false, report: { ...report, ...kept } };
  };

  const attempt = async (step: DeliveryStep, mayFollow: boolean): Promise<DeliveryAttempt> => {
    const { from, placed } = step.integration;
    const there = await lookAtProposals(repository, target, { agents: step.reports.map(({ agent }) => agent), signal: context.signal });
    if ('reason' in there) return end(step, { reason: placed.length === 0 ? null : there.reason });
    if (placed.length > 0 && there.tip !== from && mayFollow) {
      const fetched = await fetchCommits({ repository, remote: there.remote, branch: there.target, auth: target.auth });
      if (fetched.ok && fetched.sha !== null) return { kind: 'moved', tip: fetched.sha };
    }
    const proposals: ProposalReport[] = [];
    for (const each of placed) {
      const { id } = each.work.request.agent;
      const report = step.reports.find(({ agent }) => agent === id);
      if (report !== undefined) proposals.push(await propose({ ...there.placeOf(id, from), push, sign: null }, each, report));
    }
    if (context.policy.fix && context.journal.entry.base === there.tip) {
      for (const { agent } of step.reports.filter(nothingToChange)) {
        const place = there.placeOf(agent);
        if (place.at !== null) proposals.push(await withdraw({ ...place, push, at: place.at }, NOT_NEEDED));
      }
    }
    return end(step, { proposals: proposals.map(asRehearsed) });
  };

  return {
    mode: 'pull-request',
    placement: 'apart',
    startingPoint: (base) => Promise.resolve(base),
    attempt: (step) => attempt(step, true),
    withhold: (step, { reason }) => end(step, { reason }),
    giveUp: async (step) => {
      const last = await attempt(step, false);
      return last.kind === 'moved' ? end(step, {}) : last;
    },
  };
}

/** What was only written has no number and no page. */
function asRehearsed(proposal: ProposalReport): ProposalReport {
  const isMade = proposal.state === 'opened';
  return { ...proposal, ...(isMade ? { number: null, url: null } : {}), notes: ['only rehearsed', ...proposal.notes] };
}

/** Writes which refs would move instead of moving them. */
function rehearsedPush(folder: string): typeof push {
  let count = 0;
  return async ({ remote, updates }) => {
    count += 1;
    const lines = updates.map(({ ref, sha, expected }) => {
      const lease = expected === undefined ? '' : ` (only while it is ${expected ?? 'not there'})`;
      return `${ref} ${sha === null ? 'is deleted' : `→ ${sha}`}${lease}`;
    });
    const path = join(folder, 'git');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, `${String(count).padStart(3, '0')}-push.txt`), `git push ${remote}\n${lines.join('\n')}\n`);
    return { ok: true, refs: updates.map(({ ref }) => ({ ref, ok: true, summary: 'rehearsed' })) };
  };
}
