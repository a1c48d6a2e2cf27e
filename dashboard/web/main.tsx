/** The page's entry: puts the dashboard into the document. */
import './styles.ts';
import './page.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/client.ts';
import { router } from './router.tsx';
import { theme, variables } from './theme.ts';

// After an upgrade of the service a part of the page may have another name: the new page knows it.
addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('upkeep-reloaded') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('upkeep-reloaded', String(Date.now()));
  location.reload();
});

const colours = localStorageColorSchemeManager({ key: 'upkeep-color-scheme' });
const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element with the id "page".');

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={colours}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
