/** Where people sign in. */
import '../../all-styles.ts';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode, type SubmitEvent } from 'react';
import { api, queries } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { usePageTitle } from '../../shell/page-title.ts';
import { Doorway, Refusal } from './doorway.tsx';
import { useWho } from './viewer.ts';

export function SignIn(): ReactNode {
  usePageTitle('Sign in');
  const { next = '/' } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const who = useWho();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation(
    api.session.signIn.mutationOptions({
      onSuccess: async () => {
        await queries.resetQueries();
        await navigate({ href: next, replace: true });
      },
    }),
  );
  // Whoever is signed in already has no business here.
  const isIn = who.data !== undefined && who.data.user !== null;
  useEffect(() => {
    if (isIn && !signIn.isPending) void navigate({ href: next, replace: true });
  }, [isIn, signIn.isPending, navigate, next]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    signIn.mutate({ login, password });
  };
  return (
    <Doorway title="Sign in" subtitle="to the dashboard of Upkeep">
      {who.data?.isUnclaimed === true ? (
        <p className="dim">Nobody has an account yet. Open the link that the service printed when it started; it makes the first one.</p>
      ) : null}
      {who.data?.hasDatabase === false ? <p role="status">The database does not answer now. Signing in works again when it does.</p> : null}
      <form onSubmit={submit}>
        <TextInput
          label="Login"
          size="sm"
          value={login}
          onChange={({ currentTarget }) => setLogin(currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
        />
        <PasswordInput
          label="Password"
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        {signIn.isError ? <Refusal {...toPageError(signIn.error)} /> : null}
        <Button type="submit" variant="filled" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </Doorway>
  );
}
