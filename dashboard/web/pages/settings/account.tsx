/** One's own account. */
import { Button, PasswordInput, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { api } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { visible } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { say } from '../../shell/toast.ts';
import { Refusal } from '../session/doorway.tsx';
import { useWho } from '../session/viewer.ts';

export function Account(): ReactNode {
  const { data } = useWho();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation(
    api.session.changePassword.mutationOptions({
      onSuccess: () => {
        say('good', 'The password is changed. Other sessions of yours have ended.');
        setCurrent('');
        setPassword('');
      },
    }),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    change.mutate({ current, password });
  };
  return (
    <Panel title={data?.user ? `${visible(data.user.login)}, ${data.user.role}` : 'Account'}>
      <form onSubmit={submit}>
        <Stack gap="md" maw={340}>
          <PasswordInput
            label="Password now"
            value={current}
            onChange={({ currentTarget }) => setCurrent(currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
          />
          <PasswordInput
            label="New password"
            description="At least 12 characters"
            value={password}
            onChange={({ currentTarget }) => setPassword(currentTarget.value)}
            autoComplete="new-password"
            minLength={12}
            required
            withAsterisk={false}
          />
          {change.isError ? <Refusal {...toPageError(change.error)} /> : null}
          <Button type="submit" loading={change.isPending} style={{ justifySelf: 'start' }}>
            Change the password
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
