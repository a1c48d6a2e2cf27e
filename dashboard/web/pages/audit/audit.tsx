/** Who did what, from where, and what came of it. */
import '../../all-styles.ts';
import { Button, Skeleton, Table } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, client } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import classes from '../../parts/table.module.css';
import { Panel } from '../../parts/panel.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';

export function Audit(): ReactNode {
  const repository = useRepository();
  const input = { ...repositoryInput(repository), limit: 100 };
  const audit = useInfiniteQuery({
    queryKey: api.audit.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) => client.audit.list.query({ ...input, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: repository.isKnown,
  });
  const [open, setOpen] = useState<string | null>(null);
  const rows = audit.data?.pages.flatMap((page) => page.rows) ?? [];
  const query = new URLSearchParams(repositoryInput(repository)).toString();
  return (
    <Page
      title="Audit"
      lead="Who did what by the dashboard, the command line or the interface."
      aside={
        <>
          <Button
            component="a"
            href={`/api/export/audit?format=csv&${query}`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            CSV
          </Button>
          <Button component="a" href={`/api/export/audit?${query}`} download leftSection={<IconDownload size={14} aria-hidden />}>
            NDJSON
          </Button>
        </>
      }
    >
      <Panel title="Entries" flush>
        {audit.isError && audit.data === undefined ? (
          <Failed error={audit.error} what="The audit" retry={() => void audit.refetch()} />
        ) : audit.isPending ? (
          <Skeleton height={400} />
        ) : rows.length === 0 ? (
          <Empty title="Nobody has done anything yet.">Each order that a person gives is written down here.</Empty>
        ) : (
          <DataTable label="Audit" heads={['When', 'Who', 'What', 'About', 'Why', 'From', 'Result']}>
            {rows.map((row) => (
              <Table.Tr key={row.id} data-row tabIndex={-1}>
                <Table.Td>
                  <Ago at={row.at} />
                </Table.Td>
                <Table.Td>
                  <b>{visible(row.by)}</b>
                </Table.Td>
                <Table.Td>
                  <button
                    type="button"
                    className={classes['row-button']}
                    aria-expanded={open === row.id}
                    onClick={() => setOpen(open === row.id ? null : row.id)}
                  >
                    {visible(row.action)}
                  </button>
                  {open === row.id ? (
                    <pre style={{ margin: 0, whiteSpace: 'pre-wrap' }}>{visible(JSON.stringify(row.detail, null, 2))}</pre>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  {visible(row.subject)} <AskedRuns detail={row.detail} />
                </Table.Td>
                <Table.Td className="dim">{typeof row.detail?.['reason'] === 'string' ? visible(row.detail['reason']) : ''}</Table.Td>
                <Table.Td className="dim">{row.address === null ? 'command line' : visible(row.address)}</Table.Td>
                <Table.Td>{visible(row.result)}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
        {audit.hasNextPage ? (
          <div className={classes.more}>
            <Button onClick={() => void audit.fetchNextPage()} loading={audit.isFetchingNextPage}>
              Show earlier ones
            </Button>
          </div>
        ) : null}
      </Panel>
    </Page>
  );
}

const MOST_LINKS = 6;

/** Links to the runs that were asked for. */
function AskedRuns({ detail }: { readonly detail: Readonly<Record<string, unknown>> | null }): ReactNode {
  const runs = (Array.isArray(detail?.['runs']) ? (detail['runs'] as unknown[]) : [detail?.['runId']]).filter(
    (id) => typeof id === 'string',
  );
  return runs.slice(0, MOST_LINKS).map((runId, index) => (
    <Link key={runId} to="/runs/$runId" params={{ runId }} search={(search) => ({ repository: search.repository })}>
      run{runs.length > 1 ? ` ${index + 1}` : ''}{' '}
    </Link>
  ));
}
