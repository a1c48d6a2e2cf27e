/** When agents run: their schedules, the coming day, and who changed what. */
import '../../all-styles.ts';
import { Button, Drawer, Skeleton, Table } from '@mantine/core';
import { IconPencil, IconPlayerPause, IconPlayerTrackNext } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { stateOf } from '../../format/status.ts';
import { visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { AgentActions } from '../../parts/agent-actions.tsx';
import { giveOrder } from '../../parts/order.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { Countdown } from '../../parts/time.tsx';
import classes from '../../parts/table.module.css';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { useMay } from '../session/viewer.ts';
import { Changes } from './changes.tsx';
import { ComingDay } from './coming-day.tsx';
import type { ScheduleRow } from './schedule-row.ts';
import { triggersInWords } from './triggers-in-words.ts';
import { ScheduleForm } from './schedule-form.tsx';

export function Schedule(): ReactNode {
  const repository = useRepository();
  const { agent } = useSearch({ from: '/inside/schedule' });
  const navigate = useNavigate({ from: '/schedule' });
  const mayPause = useMay('admin');
  const schedules = useQuery(
    api.schedule.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown, refetchInterval: 60_000 }),
  );
  const open = schedules.data?.find(({ agentId }) => agentId === agent);
  const scope = repository.id === undefined ? ({ kind: 'everything' } as const) : ({ kind: 'repository', id: repository.id } as const);
  const name = repository.name ?? 'everything';
  const close = (): void => void navigate({ search: ({ agent: _closed, ...search }) => search });
  return (
    <Page
      title="Schedule"
      aside={
        mayPause ? (
          <>
            <Button
              leftSection={<IconPlayerPause size={14} aria-hidden />}
              onClick={() => giveOrder({ kind: 'pause', scope, name, isRunning: true })}
            >
              Pause {repository.name === null ? 'everything' : 'this repository'}
            </Button>
            <Button
              leftSection={<IconPlayerTrackNext size={14} aria-hidden />}
              onClick={() => giveOrder({ kind: 'resume', scope, name, isRunning: false })}
            >
              Resume {repository.name === null ? 'everything' : 'this repository'}
            </Button>
          </>
        ) : undefined
      }
    >
      <Panel title="Agents" flush>
        {schedules.isError && schedules.data === undefined ? (
          <Failed error={schedules.error} what="The schedules" retry={() => void schedules.refetch()} />
        ) : schedules.data === undefined ? (
          <Skeleton height={260} />
        ) : schedules.data.length === 0 ? (
          <Empty title="No agent has a schedule yet.">They come with the configuration of a repository.</Empty>
        ) : (
          <ScheduleTable
            rows={schedules.data}
            hasSeveral={new Set(schedules.data.map((row) => row.repository.id)).size > 1}
            onEdit={(id) => void navigate({ search: (search) => ({ ...search, agent: id }) })}
          />
        )}
      </Panel>
      <ComingDay />
      <Changes />
      <Drawer
        opened={open !== undefined}
        onClose={close}
        position="right"
        size="lg"
        title={open === undefined ? '' : `${visible(open.agent)} of ${visible(open.repository.name)}`}
      >
        {open === undefined ? null : <ScheduleForm key={open.agentId} row={open} onDone={close} />}
      </Drawer>
    </Page>
  );
}

interface TableProps {
  readonly rows: readonly ScheduleRow[];
  readonly hasSeveral: boolean;
  readonly onEdit: (agentId: string) => void;
}

function ScheduleTable({ rows, hasSeveral, onEdit }: TableProps): ReactNode {
  return (
    <DataTable heads={['Agent', 'State', 'When', 'Next', 'Priority', 'Triggers', 'Missed, overlap', 'Last drift']} hasOrders>
      {rows.map((row) => (
        <Table.Tr
          key={row.agentId}
          data-row
          data-agent={row.agent}
          tabIndex={-1}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && event.target === event.currentTarget) onEdit(row.agentId);
          }}
        >
          <Table.Td>
            <button type="button" className={`${classes['row-button'] ?? ''} ${classes.name ?? ''}`} onClick={() => onEdit(row.agentId)}>
              {visible(row.agent)}
            </button>
            {hasSeveral ? <span className="dim"> {visible(row.repository.name)}</span> : null}
          </Table.Td>
          <Table.Td>
            <Status of={stateOf(row)} />
          </Table.Td>
          <Table.Td>
            {row.cronWords ?? row.cron} <span className="dim mono nowrap">{row.cron}</span>{' '}
            {row.timeZone === 'UTC' ? null : <span className="dim">{row.timeZone}</span>}
            {row.source === 'person' ? <span className="dim"> set by {visible(row.setBy ?? 'a person')}</span> : null}
          </Table.Td>
          <Table.Td>{row.nextRunAt === null ? <span className="dim">none</span> : <Countdown at={row.nextRunAt} />}</Table.Td>
          <Table.Td>{row.priority.toLowerCase()}</Table.Td>
          <Table.Td className="dim">{row.triggers === null ? '' : triggersInWords(row.triggers)}</Table.Td>
          <Table.Td className="dim">
            {row.missed}, {row.overlap}
          </Table.Td>
          <Table.Td className="dim">{row.lastDriftMs === null ? '' : duration(row.lastDriftMs)}</Table.Td>
          <Table.Td className={classes.end}>
            <span className={classes.orders}>
              <AgentActions
                card={{
                  id: row.agentId,
                  name: row.agent,
                  repository: row.repository,
                  run: row.state === 'RUNNING' ? RUNNING : null,
                  pause: row.pause,
                  inError: row.inError,
                }}
              />
              <Button
                variant="subtle"
                size="compact-xs"
                leftSection={<IconPencil size={13} aria-hidden />}
                onClick={() => onEdit(row.agentId)}
              >
                Edit
              </Button>
            </span>
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}

const RUNNING = { id: '', progress: null, check: null, message: null, startedAt: null };
