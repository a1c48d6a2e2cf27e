/** The table of runs. Its filters stand in the address, and its pages come from the server. */
import '../../all-styles.ts';
import { Button, Skeleton, Table } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import type { RunRow } from '../../../wire/runs-schema.ts';
import { api, client } from '../../api/client.ts';
import { shortSha, visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { useOpenRun } from '../../parts/open-run.ts';
import { Empty, Failed } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { runsInput } from './runs-input.ts';
import { RunFilters } from './run-filters.tsx';
import classes from './runs.module.css';

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, RunRow>();
const NONE: RunRow[] = [];

const columns = helper.columns([
  helper.display({
    id: 'outcome',
    header: 'Outcome',
    cell: ({ row: { original: run } }) => <Status of={run.outcome ?? run.state} note={run.reason === 'errors-left' ? null : run.reason} />,
  }),
  helper.display({
    id: 'agent',
    header: 'Agent',
    cell: ({ row: { original: run } }) => (
      <Link to="/runs/$runId" params={{ runId: run.id }} search={(search) => ({ repository: search.repository })} className={classes.agent}>
        {visible(run.agent.name)}
      </Link>
    ),
  }),
  helper.display({
    id: 'where',
    header: 'Repository and branch',
    cell: ({ row: { original: run } }) => (
      <>
        {visible(run.repository.name)} <span className="dim">{visible(run.branch)}</span>
      </>
    ),
  }),
  helper.display({
    id: 'trigger',
    header: 'Trigger',
    cell: ({ row: { original: run } }) => (
      <>
        {run.trigger} {run.requestedBy === null ? null : <span className="dim">{visible(run.requestedBy)}</span>}
      </>
    ),
  }),
  helper.display({ id: 'asked', header: 'Asked for', cell: ({ row: { original: run } }) => <Ago at={run.requestedAt} /> }),
  helper.display({
    id: 'duration',
    header: 'Took',
    cell: ({ row: { original: run } }) =>
      run.durationMs === null ? run.state === 'settled' ? '–' : null : <span className="nowrap">{duration(run.durationMs)}</span>,
  }),
  helper.display({ id: 'findings', header: 'Findings', cell: ({ row: { original: run } }) => <Findings run={run} /> }),
  helper.display({
    id: 'commit',
    header: 'Commit',
    cell: ({ row: { original: run } }) =>
      run.commit === null ? (
        <span className="mono dim">{run.base === null ? '' : shortSha(run.base)}</span>
      ) : (
        <span className="mono" title="The agent's own commit">
          {shortSha(run.commit)}
        </span>
      ),
  }),
]);

export function Runs(): ReactNode {
  const repository = useRepository();
  const search = useSearch({ from: '/inside/runs' });
  const navigate = useNavigate();
  const input = { ...repositoryInput(repository), ...runsInput(search) };
  const runs = useInfiniteQuery({
    queryKey: api.runs.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) => client.runs.list.query({ ...input, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: repository.isKnown,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.rows) ?? NONE, [runs.data]);
  const openRun = useOpenRun();
  const table = useTable({ features, columns, data: rows, getRowId: ({ id }) => id });
  const isFiltered = Object.keys(search).some((key) => key !== 'repository' && key !== 'sort');
  return (
    <Page title="Runs" aside={<RunFilters />}>
      {runs.isError && runs.data === undefined ? (
        <Failed error={runs.error} what="The runs" retry={() => void runs.refetch()} />
      ) : (
        <div className={classes.box}>
          <Table className={classes.table} aria-label="Runs" aria-busy={runs.isPending} stickyHeader stickyHeaderOffset={48}>
            <Table.Thead>
              {table.getHeaderGroups().map((group) => (
                <Table.Tr key={group.id}>
                  {group.headers.map((header) => (
                    <Table.Th key={header.id} data-column={header.column.id}>
                      <table.FlexRender header={header} />
                    </Table.Th>
                  ))}
                </Table.Tr>
              ))}
            </Table.Thead>
            <Table.Tbody>
              {runs.isPending
                ? Array.from({ length: 12 }, (_, index) => (
                    <Table.Tr key={index}>
                      <Table.Td colSpan={columns.length}>
                        <Skeleton height={19} />
                      </Table.Td>
                    </Table.Tr>
                  ))
                : table.getRowModel().rows.map((row) => (
                    <Table.Tr key={row.id} data-run={row.id} {...openRun(row.id)}>
                      {row.getAllCells().map((cell) => (
                        <Table.Td key={cell.id} data-column={cell.column.id}>
                          <table.FlexRender cell={cell} />
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
            </Table.Tbody>
          </Table>
          {!runs.isPending && rows.length === 0 ? (
            isFiltered ? (
              <Empty title="No run matches these filters.">
                <Button onClick={() => void navigate({ to: '/runs', search: ({ repository: name }) => ({ repository: name }) })}>
                  Clear the filters
                </Button>
              </Empty>
            ) : (
              <Empty title="No runs yet.">They appear as soon as an agent is due, or when somebody runs one from the overview.</Empty>
            )
          ) : null}
          {runs.hasNextPage ? (
            <div className={classes.more}>
              <Button onClick={() => void runs.fetchNextPage()} loading={runs.isFetchingNextPage}>
                Show more
              </Button>
            </div>
          ) : null}
        </div>
      )}
    </Page>
  );
}

function Findings({ run }: { readonly run: RunRow }): ReactNode {
  const { errors, warnings, fixed } = run;
  if (errors === null && warnings === null && fixed === null) return null;
  const parts = [
    { count: errors ?? 0, word: 'err', tone: 'bad' },
    { count: warnings ?? 0, word: 'warn', tone: 'held' },
    { count: fixed ?? 0, word: 'fixed', tone: 'mended' },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return <span className="dim">none</span>;
  return (
    <span className={classes.findings}>
      {parts.map(({ count, word, tone }) => (
        <span key={word} style={{ color: `var(--${tone})` }}>
          {count} {word}
        </span>
      ))}
    </span>
  );
}
