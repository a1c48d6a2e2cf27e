/** Where a password is chosen by a link: by the first administrator, and by everybody who was invited. */
import '../../all-styles.ts';
import { Button, PasswordInput, Skeleton, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { api, client, queries } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { visible } from '../../format/text.ts';
import { usePageTitle } from '../../shell/page-title.ts';
import { Doorway, Refusal } from './doorway.tsx';

const SHORTEST = 12;

export function Claim(): ReactNode {
  usePageTitle('Choose a password');
  const secret = useLocation({ select: ({ hash }) => hash });
  const link = useQuery({
    queryKey: ['link', secret],
    queryFn: () => client.session.link.mutate({ secret }),
    enabled: secret !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (secret === '' || link.isError) {
    return (
      <Doorway
        title="This link does not work"
        subtitle={secret === '' ? 'the part after # is missing' : 'it was used, or its time is over'}
      >
        {link.isError ? <Refusal {...toPageError(link.error)} /> : null}
        <p>
          Open the link exactly as it was given to you. An administrator can make a new one; as long as nobody has an account, the service
          prints a new one at its next start.
        </p>
      </Doorway>
    );
  }
  if (link.data === undefined) {
    return (
      <Doorway title="One moment" subtitle="the link is being looked at">
        <Skeleton height={150} />
      </Doorway>
    );
  }
  return <ClaimForm secret={secret} knownLogin={link.data.login} />;
}

function ClaimForm({ secret, knownLogin }: { readonly secret: string; readonly knownLogin: string | null }): ReactNode {
  const navigate = useNavigate();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isTold, setTold] = useState(false);
  const claim = useMutation(
    api.session.claim.mutationOptions({
      onSuccess: async () => {
        await queries.resetQueries();
        await navigate({ to: '/', replace: true });
      },
    }),
  );
  const isShort = password.length < SHORTEST;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setTold(true);
    if (!isShort) claim.mutate({ secret, password, ...(knownLogin === null ? { login } : {}) });
  };
  return (
    <Doorway
      title={knownLogin === null ? 'Make the first account' : `Welcome, ${visible(knownLogin)}`}
      subtitle={knownLogin === null ? "it will be an administrator's" : 'choose your password'}
    >
      <form onSubmit={submit}>
        {knownLogin === null ? (
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
        ) : (
          <input type="hidden" name="username" autoComplete="username" value={knownLogin} />
        )}
        <PasswordInput
          label="Password"
          description={`At least ${SHORTEST} characters: a few words are better than a riddle.`}
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          error={isTold && isShort ? `${password.length} of at least ${SHORTEST} characters` : undefined}
          autoComplete="new-password"
          required
          withAsterisk={false}
        />
        {claim.isError ? <Refusal {...toPageError(claim.error)} /> : null}
        <Button type="submit" variant="filled" size="sm" loading={claim.isPending}>
          {knownLogin === null ? 'Make the account and sign in' : 'Sign in'}
        </Button>
      </form>
    </Doorway>
  );
}
