/** Who is signed in, the colours of the page, and the way out. */
import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, queries } from '../api/client.ts';
import { closeLive } from '../live/connection.ts';
import { useWho } from '../pages/session/viewer.ts';
import classes from './person-menu.module.css';

export function PersonMenu(): ReactNode {
  const { data } = useWho();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const signOut = useMutation(
    api.session.signOut.mutationOptions({
      onSettled: async () => {
        closeLive();
        queries.clear();
        await navigate({ to: '/sign-in' });
      },
    }),
  );
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <div className={classes.person}>
      <ActionIcon onClick={() => setColorScheme(other)} aria-label={`Use ${other} colours`} title={`Use ${other} colours`}>
        {scheme === 'dark' ? <IconSun size={17} stroke={1.7} /> : <IconMoon size={17} stroke={1.7} />}
      </ActionIcon>
      {data?.user ? (
        <>
          <span className={classes.name} title={`${data.user.login}, ${data.user.role}`}>
            {data.user.name ?? data.user.login} <span className="dim">{data.user.role}</span>
          </span>
          <ActionIcon onClick={() => signOut.mutate()} loading={signOut.isPending} aria-label="Sign out" title="Sign out">
            <IconLogout size={17} stroke={1.7} />
          </ActionIcon>
        </>
      ) : null}
    </div>
  );
}
