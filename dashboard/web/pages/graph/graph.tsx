/** A repository as a live graph: what asks for runs, the agents, their checks, and what comes of it; and its modules. */
import '@xyflow/react/dist/style.css';
import { Skeleton } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { Choice } from '../../parts/choice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { Page } from '../../shell/page.tsx';
import { useRepository } from '../../shell/repository.ts';
import { triggersInWords } from '../schedule/triggers-in-words.ts';
import { AgentFlow } from './agent-flow.tsx';
import classes from './graph.module.css';
import type { GraphAgent } from './lay-out.ts';
import { ModuleFlow } from './module-flow.tsx';

type View = 'agents' | 'modules';

export function Graph(): ReactNode {
  const chosen = useRepository();
  const [view, setView] = useState<View>('agents');
  const repositories = useQuery(api.repositories.list.queryOptions());
  // The graph is of one repository: of the chosen one, or of the first.
  const repository = repositories.data?.find(({ id }) => id === chosen.id) ?? repositories.data?.[0];
  const input = { repository: repository?.id ?? '' };
  const enabled = repository !== undefined;
  const graph = useQuery(api.repositories.graph.queryOptions(input, { enabled, staleTime: 60_000 }));
  const cards = useQuery(api.agents.list.queryOptions(input, { enabled }));
  const looks = (cards.data ?? []).map(({ recent }) => recent?.findLast(({ outcome }) => outcome !== 'skipped' && outcome !== 'cancelled'));
  const lastRuns = useQueries({
    queries: looks.map((look) =>
      api.runs.get.queryOptions({ id: look?.id ?? '' }, { enabled: look !== undefined, staleTime: Number.POSITIVE_INFINITY }),
    ),
  });
  const agents = (cards.data ?? []).map<GraphAgent>((card, index) => {
    const known = graph.data?.agents.find(({ id }) => id === card.id);
    const ran = lastRuns[index]?.data?.checks.filter(({ outcome }) => outcome !== 'skipped') ?? [];
    // Of all that an agent has, what applied here when it looked last; whatever runs now as well.
    const names = ran.length === 0 ? (known?.checks ?? []) : ran.map(({ check }) => check);
    const now = card.run?.check ?? null;
    return {
      id: card.id,
      name: card.name,
      state: card.state,
      progress: card.run?.progress ?? null,
      check: now,
      outcome: looks[index]?.outcome ?? null,
      hasIssue: card.escalations.length > 0,
      triggers: known?.triggers ?? [],
      checks: [...new Set(now === null ? names : [...names, now])].map((name) => ({
        name,
        outcome: ran.find(({ check }) => check === name)?.outcome ?? null,
      })),
    };
  });
  return (
    <Page
      title="Graph"
      lead={repository === undefined ? undefined : `${visible(repository.name)} on ${visible(repository.branch)}`}
      aside={
        <Choice
          label="What is shown"
          value={view}
          onChange={setView}
          options={[
            { value: 'agents', label: 'Agents' },
            { value: 'modules', label: 'Modules' },
          ]}
        />
      }
    >
      {graph.isError && graph.data === undefined ? (
        <Failed error={graph.error} what="The graph" retry={() => void graph.refetch()} />
      ) : repositories.data?.length === 0 ? (
        <Empty title="No repository is looked after." />
      ) : graph.data === undefined || cards.data === undefined ? (
        <Skeleton height={520} />
      ) : view === 'modules' ? (
        graph.data.modules === null ? (
          <Empty title="There is no module map.">
            The architecture agent writes one where a Markdown file has the markers of a module map, and this service needs a clone to read
            it.
          </Empty>
        ) : (
          <ModuleFlow modules={graph.data.modules} />
        )
      ) : (
        <>
          <AgentFlow agents={agents} repository={repository} />
          <Panel title="As a list" flush>
            <ul className={classes.list}>
              {agents.map((agent) => (
                <li key={agent.id}>
                  <b>{visible(agent.name)}</b> <Status of={agent.state} />{' '}
                  <span className="dim">
                    by {triggersInWords(agent.triggers)}; checks:{' '}
                    {agent.checks.length === 0 ? 'none' : agent.checks.map(({ name }) => visible(name)).join(', ')}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </>
      )}
    </Page>
  );
}
