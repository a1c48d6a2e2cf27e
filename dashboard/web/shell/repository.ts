/** Which repository the page keeps to: its name stands in the address, its id goes to the server. */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { visible } from '../format/text.ts';

export interface RepositoryChoice {
  /** The identity from the address; null: all of them. */
  readonly name: string | null;
  /** For the inputs of procedures: undefined for all of them. */
  readonly id: string | undefined;
  /** False while the name is not yet known to be one: nothing is asked until then. */
  readonly isKnown: boolean;
  /** The name is of none that is looked after. */
  readonly isMissing: boolean;
}

/** The repository that the address names. */
export function useRepository(): RepositoryChoice {
  const { repository: name = null } = useSearch({ strict: false });
  const { data } = useQuery(api.repositories.list.queryOptions(undefined, { enabled: true }));
  if (name === null) return { name, id: undefined, isKnown: true, isMissing: false };
  const found = data?.find(({ identity, name: short }) => identity === name || short === name);
  return { name, id: found?.id, isKnown: found !== undefined, isMissing: data !== undefined && found === undefined };
}

/** The repository as the input of a list. */
export function repositoryInput({ id }: RepositoryChoice): { readonly repository?: string } {
  return id === undefined ? {} : { repository: id };
}

/** What people call a repository: its name, or its identity where two have the same name. */
export function repositoryLabel(
  { name, identity }: { readonly name: string; readonly identity: string },
  all: readonly { readonly name: string }[],
): string {
  return visible(all.filter((other) => other.name === name).length > 1 ? identity : name);
}
