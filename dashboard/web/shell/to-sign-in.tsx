/** Leads to the page where one signs in, and back from there. */
import { useRouter } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { closeLive } from '../live/connection.ts';

export function ToSignIn(): ReactNode {
  const router = useRouter();
  // Once: while the other page is being loaded, the address is already that of the other page.
  useEffect(() => {
    closeLive();
    const { href } = router.latestLocation;
    if (!href.startsWith('/sign-in')) void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { next: href }, replace: true });
  }, [router]);
  return null;
}
