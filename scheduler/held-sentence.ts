/** One sentence for the report that names what people were not told, and why. Pure. */
import type { Hold, Plan, SpeakPolicy } from './escalate.ts';
import { refusalWords } from './refused-escalations.ts';

/** Null when nothing waits. */
export function heldSentence(plans: readonly Plan[], policy: SpeakPolicy): string | null {
  const holds = plans.filter((plan) => plan.action === 'hold');
  const held = (why: Hold['why']) => namesOf(holds.filter((hold) => hold.why === why));
  const [quiet, many] = [held('quiet-hours'), held('too-many')];
  const hours = policy.quietHours;
  const parts = [
    ...(quiet === '' || hours === null ? [] : [`nobody is told of ${quiet} before ${hours.to} ${hours.timeZone}`]),
    ...(many === '' ? [] : [`no issue for ${many}: at most ${policy.maxOpenIssues} are open at once (scheduler.escalation.maxOpenIssues)`]),
    ...refusedParts(holds),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function refusedParts(holds: readonly Hold[]): string[] {
  const byReason = Map.groupBy(
    holds.filter((hold) => hold.refused !== undefined),
    ({ refused }) => `${refused?.what} ${refusalWords(refused?.code ?? null)}`,
  );
  const parts = [...byReason.values()].map((same) => {
    const { what, code = null } = same[0]?.refused ?? {};
    const words = refusalWords(code);
    return what === 'closing' ? `the issue for ${namesOf(same)} is still open: ${words}` : `nobody is told of ${namesOf(same)}: ${words}`;
  });
  if (parts.length === 0) return [];
  return [...parts, 'GitHub is asked again once a day, and at once with --force or another token'];
}

function namesOf(holds: readonly Hold[]): string {
  return holds.map(({ agent, branch, kind }) => `${agent} on ${branch}${kind === 'operation' ? ' (operation)' : ''}`).join(', ');
}
