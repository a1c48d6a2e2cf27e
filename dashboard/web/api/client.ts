/** The page's one way to the server's procedures. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../server/router.ts';
import { earlyLink } from './early-link.ts';
import { asksForSignIn, toPageError } from './page-error.ts';

const signedOut = new EventTarget();

/** Calls `listener` when an answer says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.addEventListener('signed-out', listener);
  return () => signedOut.removeEventListener('signed-out', listener);
}

function noticeSignedOut(error: unknown): void {
  if (asksForSignIn(error)) signedOut.dispatchEvent(new Event('signed-out'));
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      // Events say when something changed; this is for what no event tells.
      staleTime: 30_000,
      retry: (count, error) => /^(NETWORK|DATABASE)/.test(toPageError(error).code) && count < 2,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 8000),
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});

export const client = createTRPCClient<AppRouter>({
  links: [earlyLink, httpBatchLink({ url: '/api/trpc', maxURLLength: 4000, maxItems: 10 })],
});

/** Options for `useQuery` and `useMutation`, by the names of the router. */
export const api = createTRPCOptionsProxy<AppRouter>({ client, queryClient: queries });
