/** What a person may do with an agent, as a row of buttons. */
import { ActionIcon } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AgentCard } from '../../wire/agents-schema.ts';
import { visible } from '../format/text.ts';
import { useMay } from '../pages/session/viewer.ts';
import { giveOrder, type OrderKind } from './order.ts';
import classes from './agent-actions.module.css';

type Steered = Pick<AgentCard, 'id' | 'name' | 'repository' | 'run' | 'pause' | 'inError'>;

export function AgentActions({ card }: { readonly card: Steered }): ReactNode {
  const mayOperate = useMay('operator');
  const mayPause = useMay('admin');
  const order = (kind: OrderKind): void => {
    const name = `${visible(card.name)} of ${visible(card.repository.name)}`;
    giveOrder({ kind, scope: { kind: 'agent', id: card.id }, name, isRunning: card.run !== null });
  };
  return (
    <span className={classes.actions}>
      {mayOperate && card.inError !== null ? (
        <ActionIcon size="sm" onClick={() => order('retry')} aria-label={`Retry ${card.name}`} title="Retry: bring it back from ERROR">
          <IconRefresh size={15} stroke={1.8} />
        </ActionIcon>
      ) : null}
      {mayOperate ? (
        <ActionIcon size="sm" onClick={() => order('run')} aria-label={`Run ${card.name} now`} title="Run now">
          <IconPlayerPlay size={15} stroke={1.8} />
        </ActionIcon>
      ) : null}
      {mayPause && card.pause === null ? (
        <ActionIcon size="sm" onClick={() => order('pause')} aria-label={`Pause ${card.name}`} title="Pause">
          <IconPlayerPause size={15} stroke={1.8} />
        </ActionIcon>
      ) : null}
      {mayPause && card.pause !== null ? (
        <ActionIcon size="sm" onClick={() => order('resume')} aria-label={`Resume ${card.name}`} title="Resume">
          <IconPlayerTrackNext size={15} stroke={1.8} />
        </ActionIcon>
      ) : null}
    </span>
  );
}
