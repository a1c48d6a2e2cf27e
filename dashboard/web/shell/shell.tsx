/** What is around every page: navigation, the repository, the live indicator, the person, the palette. */
import { IconMenu2, IconX } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { currentOrder, onOrder } from '../parts/order.ts';
import { useWho } from '../pages/session/viewer.ts';
import { openLive } from '../live/connection.ts';
import { ToSignIn } from './to-sign-in.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { PAGES } from './pages.ts';
import { PersonMenu } from './person-menu.tsx';
import { RepositorySwitch } from './repository-switch.tsx';
import { PaletteButton } from './palette-button.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TroubleBanner } from './trouble-banner.tsx';
import { Toasts } from './toasts.tsx';
import classes from './shell.module.css';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })));
const OrderDialog = lazy(() => import('../parts/order-dialog.tsx').then(({ OrderDialog }) => ({ default: OrderDialog })));

export function Shell(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [wantsPalette, setWantsPalette] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const who = useWho();
  const [wantsOrders, setWantsOrders] = useState(false);
  const hasOrder = useSyncExternalStore(onOrder, () => currentOrder() !== null);
  // Once loaded it stays, so that it can close as it opened.
  if (hasOrder && !wantsOrders) setWantsOrders(true);
  const isSignedIn = who.data !== undefined && who.data.user !== null;
  useShortcuts(() => setWantsPalette(true));
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (isSignedIn) openLive();
  }, [isSignedIn]);
  if (who.data?.user === null && who.data.hasDatabase) return <ToSignIn />;

  return (
    <div className={classes.shell}>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className={classes.header}>
        <button
          type="button"
          className={classes.menu}
          onClick={() => setOpen(!isOpen)}
          aria-label={isOpen ? 'Close the navigation' : 'Open the navigation'}
          aria-expanded={isOpen}
          aria-controls="pages"
        >
          {isOpen ? <IconX size={20} aria-hidden /> : <IconMenu2 size={20} aria-hidden />}
        </button>
        <Link to="/" className={classes.brand} aria-label="Upkeep, overview">
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden>
            <rect width="32" height="32" rx="7" fill="#11685f" />
            <path d="M9 9v8a7 7 0 0 0 14 0V9" fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
            <circle cx="16" cy="9.6" r="2.5" fill="#7ee2b8" />
          </svg>
          <span className={classes.name}>Upkeep</span>
        </Link>
        <RepositorySwitch />
        <div className={classes.space} />
        <PaletteButton onOpen={() => setWantsPalette(true)} />
        <LiveIndicator />
        <PersonMenu />
      </header>
      <nav id="pages" className={classes.navbar} data-open={isOpen || undefined} aria-label="Pages">
        <ul className={classes.pages}>
          {PAGES.map(({ to, name, letter, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                className={classes.page}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                activeProps={{ 'data-active': true, 'aria-current': 'page' }}
                title={`g then ${letter}`}
              >
                <Icon size={17} stroke={1.7} aria-hidden />
                {name}
                <kbd aria-hidden>{letter}</kbd>
              </Link>
            </li>
          ))}
        </ul>
        <p className={classes.version}>{who.data === undefined ? ' ' : `upkeep ${who.data.version}`}</p>
      </nav>
      <main id="content" className={classes.main} tabIndex={-1}>
        <TroubleBanner />
        <Outlet />
      </main>
      {wantsPalette ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setWantsPalette(false)} />
        </Suspense>
      ) : null}
      {wantsOrders ? (
        <Suspense fallback={null}>
          <OrderDialog />
        </Suspense>
      ) : null}
      <Toasts />
    </div>
  );
}
