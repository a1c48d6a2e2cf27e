/** Who may sign in, and what they may do. */
import { Button, Group, NativeSelect, Skeleton, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { ROLE_NAMES, type RoleName } from './roles.ts';
import { api, queries } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { visible } from '../../format/text.ts';
import { Once } from './once.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed } from '../../parts/states.tsx';
import classes from '../../parts/table.module.css';
import { Ago } from '../../parts/time.tsx';
import { tellFailure } from '../../shell/tell-failure.ts';
import { say } from '../../shell/toast.ts';
import { Refusal } from '../session/doorway.tsx';

export function People(): ReactNode {
  const people = useQuery(api.settings.users.list.queryOptions());
  const renew = (): void => void queries.invalidateQueries({ queryKey: api.settings.users.list.queryKey() });
  const [login, setLogin] = useState('');
  const [role, setRole] = useState<RoleName>('viewer');
  const [link, setLink] = useState<string | null>(null);
  const invite = useMutation(
    api.settings.users.invite.mutationOptions({
      onSuccess: (made) => {
        setLink(new URL(made.link, location.href).href);
        setLogin('');
        renew();
      },
    }),
  );
  const renewLink = useMutation(
    api.settings.users.link.mutationOptions({ onError: tellFailure, onSuccess: (made) => setLink(new URL(made.link, location.href).href) }),
  );
  const change = useMutation(
    api.settings.users.setRole.mutationOptions({
      onError: tellFailure,
      onSettled: renew,
      onSuccess: () => say('good', 'The role is changed.'),
    }),
  );
  const disable = useMutation(api.settings.users.disable.mutationOptions({ onError: tellFailure, onSettled: renew }));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    invite.mutate({ login, role });
  };
  return (
    <>
      <Panel title="Invite somebody">
        <form onSubmit={submit}>
          <Group align="flex-end">
            <TextInput
              label="Login"
              value={login}
              onChange={({ currentTarget }) => setLogin(currentTarget.value)}
              required
              withAsterisk={false}
              autoCapitalize="none"
              spellCheck={false}
            />
            <NativeSelect
              label="Role"
              value={role}
              onChange={({ currentTarget }) => setRole(currentTarget.value as RoleName)}
              data={[...ROLE_NAMES]}
            />
            <Button type="submit" loading={invite.isPending}>
              Make a link
            </Button>
          </Group>
          {invite.isError ? <Refusal {...toPageError(invite.error)} /> : null}
          {link === null ? null : <Once label="The link is shown once. Send it to them; they choose their own password." value={link} />}
        </form>
      </Panel>
      <br />
      <Panel title="People" flush>
        {people.isError && people.data === undefined ? (
          <Failed error={people.error} retry={() => void people.refetch()} />
        ) : people.data === undefined ? (
          <Skeleton height={160} />
        ) : (
          <DataTable heads={['Login', 'Role', 'Since', 'Last seen']} hasOrders>
            {people.data.map((person) => (
              <Table.Tr key={person.id} data-row tabIndex={-1}>
                <Table.Td>
                  <b>{visible(person.login)}</b> {person.name === null ? '' : visible(person.name)}{' '}
                  {person.disabledAt !== null ? (
                    <span className="dim">disabled</span>
                  ) : person.isInvited ? (
                    <span className="dim">invited</span>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  <NativeSelect
                    aria-label={`Role of ${person.login}`}
                    value={person.role}
                    onChange={({ currentTarget }) => change.mutate({ userId: person.id, role: currentTarget.value as RoleName })}
                    data={[...ROLE_NAMES]}
                  />
                </Table.Td>
                <Table.Td>
                  <Ago at={person.createdAt} />
                </Table.Td>
                <Table.Td>{person.lastSeenAt === null ? <span className="dim">never</span> : <Ago at={person.lastSeenAt} />}</Table.Td>
                <Table.Td className={classes.end}>
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    {person.disabledAt === null ? <Button onClick={() => renewLink.mutate({ userId: person.id })}>New link</Button> : null}
                    <Button onClick={() => disable.mutate({ userId: person.id, isDisabled: person.disabledAt === null })}>
                      {person.disabledAt === null ? 'Disable' : 'Enable'}
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
      </Panel>
    </>
  );
}
