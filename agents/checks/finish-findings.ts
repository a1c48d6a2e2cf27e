/** Gives drafts their fingerprints, without anything in them that is of this run alone. */
import { fingerprintFindings } from '../../ledger/finding.ts';
import type { Finding, FindingDraft } from '../../ledger/finding.ts';
import type { CheckContext } from './check.ts';

/** The check that reports, and where it ran. */
export interface Reporting {
  readonly id: string;
  readonly context: Pick<CheckContext, 'withoutTree'>;
}

/** The findings of a check: what names the worktree would be new with each run, and its fingerprint with it. */
export function finishFindings({ id, context }: Reporting, drafts: readonly FindingDraft[]): Finding[] {
  const { withoutTree } = context;
  return fingerprintFindings(
    id,
    drafts.map((draft) => ({
      ...draft,
      rule: withoutTree(draft.rule),
      message: withoutTree(draft.message),
      ...(draft.identity === undefined ? {} : { identity: withoutTree(draft.identity) }),
    })),
  );
}
