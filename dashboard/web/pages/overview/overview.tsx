/** The overview: a card an agent, the scheduler's figures, what is escalated and what was committed last. It moves by itself. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo, type ReactNode } from 'react';
import type { AgentCard } from '../../../wire/agents-schema.ts';
import { api } from '../../api/client.ts';
import { plural } from '../../format/text.ts';
import { Choice } from '../../parts/choice.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { CardBoard, CardBoardSkeleton } from './card-board.tsx';
import { Commits } from './commits.tsx';
import { Escalations } from './escalations.tsx';
import { Figures } from './figures.tsx';
import classes from './overview.module.css';
import { isMoving, isTrouble } from './which-cards.ts';

const NONE: readonly AgentCard[] = [];

export function Overview(): ReactNode {
  const repository = useRepository();
  const { show = 'all' } = useSearch({ from: '/inside/' });
  const navigate = useNavigate();
  const agents = useQuery(
    api.agents.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown, refetchInterval: 60_000 }),
  );
  const cards = agents.data ?? NONE;
  // The choice is answered at once; hundreds of cards follow it as soon as they can.
  const which = useDeferredValue(show);
  const shown = useMemo(
    () => (which === 'trouble' ? cards.filter(isTrouble) : which === 'moving' ? cards.filter(isMoving) : cards),
    [cards, which],
  );
  return (
    <Page
      title="Overview"
      aside={
        <Choice
          label="Which agents"
          value={show}
          options={[
            { value: 'all', label: 'All', count: agents.data?.length },
            { value: 'moving', label: 'Moving', count: agents.data?.filter(isMoving).length },
            { value: 'trouble', label: 'In trouble', count: agents.data?.filter(isTrouble).length },
          ]}
          onChange={(value) =>
            void navigate({ to: '/', search: (search) => ({ ...search, show: value === 'all' ? undefined : value }), replace: true })
          }
        />
      }
    >
      <Figures />
      <div className={classes.columns}>
        <div>
          {agents.isPending ? (
            <CardBoardSkeleton />
          ) : agents.isError && agents.data === undefined ? (
            <Failed error={agents.error} what="The agents" retry={() => void agents.refetch()} />
          ) : cards.length === 0 ? (
            <Empty title="No agents yet.">
              They appear when the service has read the configuration of a repository. Start it with <code>agent serve</code> in a clone.
            </Empty>
          ) : shown.length === 0 ? (
            <Empty title={which === 'trouble' ? 'No agent is in trouble.' : 'No agent is moving now.'}>
              {plural(cards.length, 'agent')} wait for their next time.
            </Empty>
          ) : (
            <CardBoard cards={shown} hasSeveral={repository.name === null} />
          )}
        </div>
        <div className={classes.side}>
          <Escalations />
          <Commits />
        </div>
      </div>
    </Page>
  );
}
