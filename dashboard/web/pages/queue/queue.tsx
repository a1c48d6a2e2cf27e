/** The queue: what runs, what waits and why, and what could not be carried at all. */
import '../../all-styles.ts';
import { ActionIcon, Button, NativeSelect, Skeleton, Table } from '@mantine/core';
import { IconBan, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Priority } from '../../../../ledger/outcome.ts';
import { api } from '../../api/client.ts';
import { plural, visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { useOpenRun } from '../../parts/open-run.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { tellFailure } from '../../shell/tell-failure.ts';
import { say } from '../../shell/toast.ts';
import { useMay } from '../session/viewer.ts';
import type { QueueAnswer } from './queue-answer.ts';
import classes from '../../parts/table.module.css';

const PRIORITIES: readonly Priority[] = ['CRITICAL', 'HIGH', 'NORMAL', 'LOW'];

export function Queue(): ReactNode {
  const repository = useRepository();
  const queue = useQuery(
    api.queue.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown, refetchInterval: 10_000 }),
  );
  const { data } = queue;
  return (
    <Page title="Queue" lead="What runs, what waits and why. The first in the list is taken next.">
      {queue.isError && data === undefined ? (
        <Failed error={queue.error} what="The queue" retry={() => void queue.refetch()} />
      ) : data === undefined ? (
        <Skeleton height={320} />
      ) : (
        <>
          <Running rows={data.running} />
          <Waiting rows={data.waiting} hasMore={data.hasMore} />
          <Dead rows={data.dead} />
        </>
      )}
    </Page>
  );
}

function Running({ rows }: { readonly rows: QueueAnswer['running'] }): ReactNode {
  const openRun = useOpenRun();
  return (
    <Panel title="Running" aside={rows.length} flush>
      {rows.length === 0 ? (
        <Empty title="Nothing runs now." />
      ) : (
        <DataTable heads={['Agent', 'Check', 'For', 'Service']} hasOrders>
          {rows.map((row) => (
            <Table.Tr key={row.runId} {...openRun(row.runId)}>
              <Table.Td>
                <RunName row={row} />
              </Table.Td>
              <Table.Td>
                {row.check === null ? <span className="dim">starting</span> : visible(row.check)}
                {row.progress === null ? null : <span className="dim"> {Math.round(row.progress * 100)} %</span>}
              </Table.Td>
              <Table.Td>{row.startedAt === null ? '' : <Elapsed at={row.startedAt} />}</Table.Td>
              <Table.Td>{row.host === null ? '' : visible(row.host)}</Table.Td>
              <Table.Td className={classes.end}>
                <Cancel row={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function Waiting({ rows, hasMore }: { readonly rows: QueueAnswer['waiting']; readonly hasMore: boolean }): ReactNode {
  const openRun = useOpenRun();
  const mayOperate = useMay('operator');
  const setPriority = useMutation(
    api.queue.setPriority.mutationOptions({ onError: tellFailure, onSuccess: () => say('good', 'Its place in the queue has changed.') }),
  );
  return (
    <Panel title="Waiting" aside={hasMore ? `the first ${rows.length}` : rows.length} flush>
      {rows.length === 0 ? (
        <Empty title="Nothing waits.">What is due goes into the queue by itself; the overview shows when that is.</Empty>
      ) : (
        <DataTable heads={['Place', 'Agent', 'Why it waits', 'Asked for', 'Priority']} hasOrders>
          {rows.map((row) => (
            <Table.Tr key={row.runId} {...openRun(row.runId)}>
              <Table.Td>{row.position}</Table.Td>
              <Table.Td>
                <RunName row={row} />
              </Table.Td>
              <Table.Td>
                {visible(row.wait.words)} {row.wait.until === null ? null : <Ago at={row.wait.until} />}
              </Table.Td>
              <Table.Td>
                <Ago at={row.requestedAt} />{' '}
                <span className="dim">{row.requestedBy === null ? row.trigger : visible(row.requestedBy)}</span>
              </Table.Td>
              <Table.Td>
                {mayOperate ? (
                  <NativeSelect
                    aria-label={`Priority of ${row.agent.name}`}
                    value={row.priority}
                    disabled={setPriority.isPending}
                    onChange={({ currentTarget }) => setPriority.mutate({ runId: row.runId, priority: currentTarget.value as Priority })}
                    data={[...PRIORITIES]}
                  />
                ) : (
                  row.priority.toLowerCase()
                )}
              </Table.Td>
              <Table.Td className={classes.end}>
                <Cancel row={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function Dead({ rows }: { readonly rows: QueueAnswer['dead'] }): ReactNode {
  const openRun = useOpenRun();
  const mayOperate = useMay('operator');
  const mayDiscard = useMay('admin');
  const retry = useMutation(
    api.queue.retry.mutationOptions({ onError: tellFailure, onSuccess: () => say('good', 'It is back in the queue.') }),
  );
  const discard = useMutation(api.queue.discard.mutationOptions({ onError: tellFailure, onSuccess: () => say('good', 'It is gone.') }));
  return (
    <Panel title="Dead letters" aside={rows.length} flush>
      {rows.length === 0 ? (
        <Empty title="There are no dead letters.">Jobs that could not be carried after all their tries would stand here.</Empty>
      ) : (
        <DataTable heads={['Agent', 'What went wrong', 'Since']} hasOrders>
          {rows.map((row) => (
            <Table.Tr key={row.agent.id} {...openRun(row.runId)}>
              <Table.Td>
                {row.runId === null ? (
                  <b>{visible(row.agent.name)}</b>
                ) : (
                  <Link
                    to="/runs/$runId"
                    params={{ runId: row.runId }}
                    search={(search) => ({ repository: search.repository })}
                    className={classes.name}
                  >
                    {visible(row.agent.name)}
                  </Link>
                )}{' '}
                <span className="dim">
                  {visible(row.repository.name)} {visible(row.branch)}, {plural(row.attempts, 'attempt')}
                </span>
              </Table.Td>
              <Table.Td>
                {row.reason === null ? '' : <b>{row.reason} </b>}
                {row.message === null ? '' : visible(row.message)}
              </Table.Td>
              <Table.Td>
                <Ago at={row.at} />
              </Table.Td>
              <Table.Td className={classes.end}>
                {mayOperate ? (
                  <Button leftSection={<IconRefresh size={14} aria-hidden />} onClick={() => retry.mutate({ agentId: row.agent.id })}>
                    Retry
                  </Button>
                ) : null}
                {mayDiscard ? (
                  <ActionIcon onClick={() => discard.mutate({ agentId: row.agent.id })} aria-label="Discard" title="Discard">
                    <IconTrash size={16} stroke={1.8} />
                  </ActionIcon>
                ) : null}
              </Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

interface Named {
  readonly runId: string;
  readonly agent: { readonly name: string };
  readonly repository: { readonly name: string };
  readonly branch: string;
}

function RunName({ row }: { readonly row: Named }): ReactNode {
  return (
    <>
      <Link
        to="/runs/$runId"
        params={{ runId: row.runId }}
        search={(search) => ({ repository: search.repository })}
        className={classes.name}
      >
        {visible(row.agent.name)}
      </Link>{' '}
      <span className="dim">
        {visible(row.repository.name)} {visible(row.branch)}
      </span>
    </>
  );
}

/** Only for who may. */
function Cancel({ row }: { readonly row: Named }): ReactNode {
  const cancel = useMutation(api.queue.cancel.mutationOptions({ onError: tellFailure, onSuccess: () => say('good', 'Told it to end.') }));
  if (!useMay('operator')) return null;
  return (
    <ActionIcon onClick={() => cancel.mutate({ runId: row.runId })} aria-label={`Cancel ${row.agent.name}`} title="Cancel">
      <IconBan size={16} stroke={1.8} />
    </ActionIcon>
  );
}
