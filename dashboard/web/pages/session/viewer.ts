/** Who looks at the page, and what their role lets them do. The server decides; this only keeps buttons from promising more. */
import { useQuery } from '@tanstack/react-query';
import type { Role } from '../../../wire/vocabulary-schema.ts';
import { api } from '../../api/client.ts';
import { keepPerson, type Who } from './keep-person.ts';

const RANKS: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** The answer to `session.who`; it is asked once and again after signing in. */
export function useWho() {
  return useQuery(
    api.session.who.queryOptions(undefined, {
      staleTime: 60_000,
      refetchInterval: ({ state }) => (state.data?.hasDatabase === false ? 3_000 : false),
      structuralSharing: (before, now) => keepPerson(before as Who | undefined, now as Who),
    }),
  );
}

/** Whether the viewer's role is at least `role`; false until it is known. */
export function useMay(role: Role): boolean {
  const { data } = useWho();
  return data?.user !== null && data?.user !== undefined && RANKS[data.user.role] >= RANKS[role];
}
