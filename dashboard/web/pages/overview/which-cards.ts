/** Which agents are in trouble, and which are moving. Pure. */
import type { AgentCard } from '../../../wire/agents-schema.ts';

/** A person may have to look: it failed, it is tripped or in ERROR, or an issue is open. */
export function isTrouble(card: AgentCard): boolean {
  return (
    card.state === 'ERROR' ||
    card.state === 'TRIPPED' ||
    card.streak > 0 ||
    card.inError !== null ||
    card.lastOutcome === 'failed' ||
    card.lastOutcome === 'errored' ||
    card.escalations.length > 0
  );
}

/** A run of it is under way or waits. */
export function isMoving(card: AgentCard): boolean {
  return card.run !== null || card.unstarted > 0;
}

/** Cards by repository and branch, in the order of their names. */
export function byRepository(
  cards: readonly AgentCard[],
): readonly { readonly key: string; readonly name: string; readonly branch: string; readonly cards: readonly AgentCard[] }[] {
  const groups = Map.groupBy(cards, ({ repository, branch }) => `${repository.id} ${branch}`);
  return [...groups].map(([key, of]) => ({ key, name: of[0]?.repository.name ?? '', branch: of[0]?.branch ?? '', cards: of }));
}
