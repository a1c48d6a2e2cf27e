/** The configuration as it is resolved: each value with where it comes from. */
import { Skeleton, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { useRepository } from '../../shell/repository.ts';

export function Configuration(): ReactNode {
  const chosen = useRepository();
  const repositories = useQuery(api.repositories.list.queryOptions());
  const repository = repositories.data?.find(({ id }) => id === chosen.id) ?? repositories.data?.[0];
  const [words, setWords] = useState('');
  const [which, setWhich] = useState<'all' | 'set'>('all');
  const configuration = useQuery(
    api.settings.configuration.queryOptions({ repository: repository?.id ?? '' }, { enabled: repository !== undefined }),
  );
  const values = (configuration.data?.values ?? []).filter(
    ({ key, origin }) => (which === 'all' || origin !== 'default') && `${key} ${origin}`.toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <Panel
      title={repository === undefined ? 'Configuration' : `Configuration of ${visible(repository.name)}`}
      flush
      aside={
        <>
          <Choice
            label="Which settings"
            value={which}
            onChange={setWhich}
            options={[
              { value: 'all', label: 'All' },
              { value: 'set', label: 'Set somewhere' },
            ]}
          />
          <TextInput
            type="search"
            aria-label="Search in the configuration"
            placeholder="Search"
            value={words}
            onChange={({ currentTarget }) => setWords(currentTarget.value)}
          />
        </>
      }
    >
      {configuration.isError && configuration.data === undefined ? (
        <Failed error={configuration.error} retry={() => void configuration.refetch()} />
      ) : repositories.data?.length === 0 ? (
        <Empty title="No repository is looked after." />
      ) : configuration.data === undefined ? (
        <Skeleton height={320} />
      ) : (
        <>
          {configuration.data.isHere ? null : (
            <Empty title="This service has no clone of the repository.">Open the dashboard of a service that looks after it.</Empty>
          )}
          {configuration.data.problem === null ? null : <p style={{ padding: '0 14px' }}>{visible(configuration.data.problem)}</p>}
          <DataTable heads={['Setting', 'Value', 'From']}>
            {values.map(({ key, value, origin }) => (
              <Table.Tr key={key} data-row tabIndex={-1}>
                <Table.Td className="mono">{visible(key)}</Table.Td>
                <Table.Td className="mono">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</Table.Td>
                <Table.Td className="dim">{visible(origin)}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        </>
      )}
    </Panel>
  );
}
