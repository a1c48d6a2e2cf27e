/** The page's one way to the server's procedures. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../server/router.ts';
import { earlyLink } from './early-link.ts';
import { isOfAnother, toPageError } from './page-error.ts';
import { noticeAnswer, noticeFailure } from './trouble.ts';

function noticeError(error: unknown): void {
  noticeFailure(error);
  // Who is signed in is asked again: when nobody is, the shell leads to where one signs in; with another role other orders are offered.
  if (isOfAnother(error)) void queries.invalidateQueries({ queryKey: api.session.who.queryKey() });
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeError, onSuccess: noticeAnswer }),
  mutationCache: new MutationCache({ onError: noticeError }),
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
