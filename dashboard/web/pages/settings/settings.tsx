/** One's own account, people, tokens, and the configuration as it is resolved. */
import '../../all-styles.ts';
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../shell/page.tsx';
import { useMay } from '../session/viewer.ts';
import { Account } from './account.tsx';
import { Configuration } from './configuration.tsx';
import { People } from './people.tsx';
import { Tokens } from './tokens.tsx';

export function Settings(): ReactNode {
  const { tab = 'account' } = useSearch({ from: '/inside/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const isAdmin = useMay('admin');
  return (
    <Page title="Settings">
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) =>
          void navigate({
            search: (search) => ({ ...search, tab: value === 'account' ? undefined : (value as typeof tab) }),
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="account">Account</Tabs.Tab>
          {isAdmin ? <Tabs.Tab value="people">People</Tabs.Tab> : null}
          <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
          <Tabs.Tab value="configuration">Configuration</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="account">
          <Account />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <People />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <Tokens />
        </Tabs.Panel>
        <Tabs.Panel value="configuration">
          <Configuration />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
