/** What in webhooks is Upkeep's own doing, for a clone that runs the shipped workflow. */
import { WORKFLOW_FILES } from '../init/find-workflow.ts';
import type { Ours } from '../../github/webhooks/verdict.ts';

/** `looksAfter`: whether the clone is one of the repository. */
export function ownDoings(looksAfter: (fullName: string) => boolean): Ours {
  return { logins: ['upkeep[bot]'], workflows: WORKFLOW_FILES, looksAfter };
}
