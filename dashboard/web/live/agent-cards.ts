/** What an event changes on the cards of agents, at once and without asking the server. Pure. */
import type { AgentCard } from '../../wire/agents-schema.ts';
import type { LiveEvent, LiveProgress } from '../../wire/live-schema.ts';

/** So many past runs stay on a card. */
const MOST_RECENT = 50;

/** The cards after `items`; the same array when none of them concerns a card. */
export function cardsAfterEvents(cards: readonly AgentCard[], items: readonly LiveEvent[]): readonly AgentCard[] {
  const byAgent = Map.groupBy(items, ({ agentId }) => agentId ?? '');
  if (!cards.some(({ id }) => byAgent.has(id))) return cards;
  return cards.map((card) => (byAgent.get(card.id) ?? []).reduce(cardAfterEvent, card));
}

/** The cards after word of how far runs are, by run. The first word of a run is its start: its event is written when it ends. */
export function cardsAfterProgress(cards: readonly AgentCard[], words: ReadonlyMap<string, LiveProgress>, now: Date): readonly AgentCard[] {
  const byAgent = new Map([...words.values()].map((word) => [word.agentId ?? '', word]));
  if (!cards.some(({ id }) => byAgent.has(id))) return cards;
  return cards.map((card) => {
    const word = byAgent.get(card.id);
    return word === undefined ? card : cardAfterProgress(card, word, now);
  });
}

/** Cards as they came from the server, with what was heard meanwhile of their runs: an answer may be older than the last word. */
export function cardsWithWords(cards: readonly AgentCard[], words: ReadonlyMap<string, LiveProgress>): readonly AgentCard[] {
  const isBehind = ({ run }: AgentCard): boolean => run !== null && (words.get(run.id)?.progress ?? 0) >= (run.progress ?? 0);
  if (!cards.some(isBehind)) return cards;
  return cards.map((card) => {
    const word = card.run === null ? undefined : words.get(card.run.id);
    if (card.run === null || word === undefined || !isBehind(card)) return card;
    const { progress, check, message } = word;
    return { ...card, run: { ...card.run, progress, check, message } };
  });
}

function cardAfterProgress(card: AgentCard, { runId, progress, check, message }: LiveProgress, now: Date): AgentCard {
  if (card.run?.id === runId) return { ...card, run: { ...card.run, progress, check, message } };
  // A word that was overtaken by the end of its run.
  if (card.recent?.some(({ id }) => id === runId) === true) return card;
  const run = { id: runId, progress, check, message, startedAt: now.toISOString() };
  return shown({ ...card, unstarted: Math.max(0, card.unstarted - 1), run });
}

function cardAfterEvent(card: AgentCard, item: LiveEvent): AgentCard {
  const { event } = item;
  const runId = item.runId ?? event.data.runId;
  switch (event.type) {
    case 'agent:queued':
      return shown({ ...card, unstarted: card.unstarted + 1 });
    case 'agent:started': {
      if (card.run?.id === runId) return card;
      const unstarted = Math.max(0, card.unstarted - 1);
      return shown({ ...card, unstarted, run: { id: runId, progress: null, check: null, message: null, startedAt: event.time } });
    }
    case 'agent:completed':
    case 'agent:failed': {
      const { outcome, durationMs, errors, warnings, reason, counts } = event.data;
      const settled = { id: runId, outcome, settledAt: event.time, durationMs, errors, warnings };
      const isGood = event.type === 'agent:completed';
      return shown({
        ...withoutRun(card, runId),
        lastOutcome: outcome,
        lastReason: reason,
        lastSettledAt: event.time,
        lastRunId: runId,
        streak: isGood ? 0 : outcome === 'failed' && counts ? card.streak + 1 : card.streak,
        // What is not told with the card is asked for again.
        recent: card.recent === null ? null : [...card.recent.filter(({ id }) => id !== runId), settled].slice(-MOST_RECENT),
      });
    }
    case 'agent:retrying':
    case 'agent:skipped':
    case 'agent:cancelled':
      return shown(withoutRun(card, runId));
    case 'agent:resumed':
      return shown({ ...card, pause: null, nextRunAt: event.data.nextRunAt });
    default:
      return card;
  }
}

function withoutRun(card: AgentCard, runId: string): AgentCard {
  return card.run?.id === runId ? { ...card, run: null } : { ...card, unstarted: Math.max(0, card.unstarted - 1) };
}

/** The state by the facts that a card holds; what the server says next decides. */
function shown(card: AgentCard): AgentCard {
  const state =
    card.run !== null
      ? 'RUNNING'
      : card.unstarted > 0
        ? 'QUEUED'
        : card.pause !== null
          ? 'PAUSED'
          : card.inError !== null
            ? 'ERROR'
            : card.state === 'TRIPPED' || card.streak >= 2
              ? 'TRIPPED'
              : 'ACTIVE';
  return { ...card, state };
}
