/** The cards of all agents, by repository. */
import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { AgentCard as Card } from '../../../wire/agents-schema.ts';
import { visible } from '../../format/text.ts';
import { AgentCard } from './agent-card.tsx';
import classes from './card-board.module.css';
import { byRepository } from './which-cards.ts';

/** So many fill a window. */
const FIRST = 12;

interface CardBoardProps {
  readonly cards: readonly Card[];
  /** Whether cards of several repositories may be among them. */
  readonly hasSeveral: boolean;
}

export const CardBoard = memo(function CardBoard({ cards, hasSeveral }: CardBoardProps): ReactNode {
  const first = new Set(cards.slice(0, FIRST).map(({ id }) => id));
  return byRepository(cards).map(({ key, name, branch, cards: group }) => (
    <section key={key} className={classes.group} aria-label={`${visible(name)} on ${visible(branch)}`}>
      <h2 className={classes.heading}>
        {hasSeveral ? (
          <Link to="/" search={{ repository: name }} className="plain-link">
            {visible(name)}
          </Link>
        ) : (
          visible(name)
        )}
        <span className="dim">{visible(branch)}</span>
      </h2>
      <div className={classes.board}>
        {group.map((card) => (
          <AgentCard key={card.id} card={card} isFirst={first.has(card.id)} />
        ))}
      </div>
    </section>
  ));
});

/** As tall as what comes, so that nothing jumps. */
export function CardBoardSkeleton(): ReactNode {
  return (
    <div className={classes.group} aria-busy aria-label="The agents are being loaded">
      <Skeleton height={20} width={180} mb={8} />
      <div className={classes.board}>
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} className={classes.skeleton} />
        ))}
      </div>
    </div>
  );
}
