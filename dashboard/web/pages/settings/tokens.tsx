/** Tokens for programs: each is shown once, and can be revoked at any time. */
import { Button, Group, NativeSelect, Skeleton, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { api, queries } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import classes from '../../parts/table.module.css';
import { Ago } from '../../parts/time.tsx';
import { tellFailure } from '../../shell/tell-failure.ts';
import { Refusal } from '../session/doorway.tsx';
import { useWho } from '../session/viewer.ts';
import { Once } from './once.tsx';
import { ROLE_NAMES, type RoleName } from './roles.ts';

export function Tokens(): ReactNode {
  const tokens = useQuery(api.settings.tokens.list.queryOptions());
  const renew = (): void => void queries.invalidateQueries({ queryKey: api.settings.tokens.list.queryKey() });
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const { data: who } = useWho();
  const [chosenRole, setRole] = useState<RoleName | null>(null);
  const allowed = ROLE_NAMES.slice(0, ROLE_NAMES.indexOf(who?.user?.role ?? 'viewer') + 1);
  const role = chosenRole ?? 'viewer';
  const [made, setMade] = useState<string | null>(null);
  const make = useMutation(
    api.settings.tokens.make.mutationOptions({
      onSuccess: ({ token }) => {
        setMade(token);
        setName('');
        renew();
      },
    }),
  );
  const revoke = useMutation(api.settings.tokens.revoke.mutationOptions({ onError: tellFailure, onSettled: renew }));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    make.mutate({ name, role, days: days === '' ? null : Number(days) });
  };
  return (
    <>
      <Panel title="Make a token">
        <form onSubmit={submit}>
          <Group align="flex-end">
            <TextInput
              label="What it is for"
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              required
              withAsterisk={false}
              maxLength={100}
            />
            <NativeSelect
              label="Role"
              value={role}
              onChange={({ currentTarget }) => setRole(currentTarget.value as RoleName)}
              data={[...allowed]}
            />
            <NativeSelect
              label="Valid for"
              value={days}
              onChange={({ currentTarget }) => setDays(currentTarget.value)}
              data={[
                { value: '7', label: '7 days' },
                { value: '90', label: '90 days' },
                { value: '365', label: 'a year' },
                { value: '', label: 'until it is revoked' },
              ]}
            />
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
          {make.isError ? <Refusal {...toPageError(make.error)} /> : null}
          {made === null ? null : <Once label="The token is shown once: put it into the environment of what uses it." value={made} />}
        </form>
      </Panel>
      <br />
      <Panel title="Tokens" flush>
        {tokens.isError && tokens.data === undefined ? (
          <Failed error={tokens.error} retry={() => void tokens.refetch()} />
        ) : tokens.data === undefined ? (
          <Skeleton height={120} />
        ) : tokens.data.length === 0 ? (
          <Empty title="There are no tokens.">Programs, and the command line on another machine, sign in with one.</Empty>
        ) : (
          <DataTable heads={['Name', 'Of', 'Made', 'Last used', 'Until']} hasOrders>
            {tokens.data.map((token) => (
              <Table.Tr key={token.id} data-row tabIndex={-1}>
                <Table.Td>
                  <b>{visible(token.name)}</b>
                </Table.Td>
                <Table.Td>
                  {visible(token.login)} <span className="dim">{token.role}</span>
                </Table.Td>
                <Table.Td>
                  <Ago at={token.createdAt} />
                </Table.Td>
                <Table.Td>{token.lastUsedAt === null ? <span className="dim">never</span> : <Ago at={token.lastUsedAt} />}</Table.Td>
                <Table.Td>
                  {token.revokedAt !== null ? (
                    <span className="dim">revoked</span>
                  ) : token.expiresAt === null ? (
                    'it is revoked'
                  ) : (
                    <Ago at={token.expiresAt} />
                  )}
                </Table.Td>
                <Table.Td className={classes.end}>
                  {token.revokedAt === null ? <Button onClick={() => revoke.mutate({ id: token.id })}>Revoke</Button> : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
      </Panel>
    </>
  );
}
