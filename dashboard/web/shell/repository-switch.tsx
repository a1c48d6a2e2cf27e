/** Keeps every page to one repository, or to all of them. The browser's own list: it weighs nothing, and phones show it best. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../api/client.ts';
import { visible } from '../format/text.ts';
import { repositoryLabel, useRepository } from './repository.ts';
import classes from './repository-switch.module.css';

const ALL = '';

export function RepositorySwitch(): ReactNode {
  const { data } = useQuery(api.repositories.list.queryOptions());
  const { name } = useRepository();
  const navigate = useNavigate();
  const options = (data ?? []).map((one) => ({ value: one.identity, label: repositoryLabel(one, data ?? []) }));
  // The address may name it by its short name.
  const chosen = data?.find((one) => one.identity === name || one.name === name)?.identity ?? name;
  const shown =
    chosen === null || options.some(({ value }) => value === chosen) ? options : [{ value: chosen, label: visible(chosen) }, ...options];
  return (
    <select
      className={classes.switch}
      aria-label="Repository"
      value={chosen ?? ALL}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ to: '.', search: (search) => ({ ...search, repository: value === ALL ? undefined : value }) })
      }
    >
      <option value={ALL}>{data === undefined ? 'All repositories' : `All repositories (${data.length})`}</option>
      {shown.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
