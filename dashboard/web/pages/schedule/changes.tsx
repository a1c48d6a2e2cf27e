/** Who changed what about when agents run. */
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';

export function Changes(): ReactNode {
  const repository = useRepository();
  const changes = useQuery(api.schedule.changes.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }));
  return (
    <Panel title="Who changed what" flush>
      {changes.isError && changes.data === undefined ? (
        <Failed error={changes.error} retry={() => void changes.refetch()} />
      ) : changes.data?.rows.length === 0 ? (
        <Empty title="Nobody has changed anything yet." />
      ) : (
        <DataTable heads={['When', 'What', 'About', 'Why']}>
          {changes.data?.rows.map((row) => (
            <Table.Tr key={row.id} data-row tabIndex={-1}>
              <Table.Td>
                <Ago at={row.at} />
              </Table.Td>
              <Table.Td>
                <b>{visible(row.by)}</b> {visible(row.action)}
              </Table.Td>
              <Table.Td>
                {visible(row.subject)}{' '}
                <span className="dim mono">
                  {row.isDefault ? 'as configured' : visible([row.cron, row.timeZone, row.priority].filter(Boolean).join(' '))}
                </span>
              </Table.Td>
              <Table.Td className="dim">{row.reason === null ? '' : visible(row.reason)}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}
