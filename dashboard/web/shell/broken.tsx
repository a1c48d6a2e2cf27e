/** Where a page broke, or an address leads nowhere. */
import { Button } from '@mantine/core';
import { Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Failed, Empty } from '../parts/states.tsx';
import { usePageTitle } from './page-title.ts';

export function Broken({ error }: { readonly error: unknown }): ReactNode {
  usePageTitle('Something went wrong');
  const router = useRouter();
  return <Failed error={error} what="This page" retry={() => void router.invalidate()} />;
}

export function NotThere(): ReactNode {
  usePageTitle('No such page');
  return (
    <Empty title="There is no page at this address.">
      <p>The link may be of another version of Upkeep.</p>
      <Button component={Link} to="/">
        To the overview
      </Button>
    </Empty>
  );
}
