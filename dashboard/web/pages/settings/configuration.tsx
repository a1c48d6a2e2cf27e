/** The configuration as it is resolved: each value with where it comes from. */
import { Skeleton, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { Choice } from '../../parts/choice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import classes from '../../parts/table.module.css';
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
      title={repository === undefined ? 'Configuration' : `Configuration of ${visible(repository.identity)}`}
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
        <div className={classes.scroll}>
          {configuration.data.isHere ? null : (
            <Empty title="This service has no clone of the repository.">Open the dashboard of a service that looks after it.</Empty>
          )}
          {configuration.data.problem === null ? null : <p style={{ padding: '0 14px' }}>{visible(configuration.data.problem)}</p>}
          <Table className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Setting</Table.Th>
                <Table.Th>Value</Table.Th>
                <Table.Th>From</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {values.map(({ key, value, origin }) => (
                <Table.Tr key={key} data-row tabIndex={-1}>
                  <Table.Td className="mono">{visible(key)}</Table.Td>
                  <Table.Td className="mono">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</Table.Td>
                  <Table.Td className="dim">{visible(origin)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}
