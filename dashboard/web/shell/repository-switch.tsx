/** Keeps every page to one repository, or to all of them. The browser's own list: it weighs nothing, and phones show it best. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../api/client.ts';
import { visible } from '../format/text.ts';
import { useRepository } from './repository.ts';
import classes from './repository-switch.module.css';

const ALL = '';

export function RepositorySwitch(): ReactNode {
  const { data } = useQuery(api.repositories.list.queryOptions());
  const { name } = useRepository();
  const navigate = useNavigate();
  const options = (data ?? []).map(({ identity }) => identity);
  const shown = name === null || options.includes(name) ? options : [name, ...options];
  return (
    <select
      className={classes.switch}
      aria-label="Repository"
      value={name ?? ALL}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ to: '.', search: (search) => ({ ...search, repository: value === ALL ? undefined : value }) })
      }
    >
      <option value={ALL}>{data === undefined ? 'All repositories' : `All repositories (${data.length})`}</option>
      {shown.map((identity) => (
        <option key={identity} value={identity}>
          {visible(identity)}
        </option>
      ))}
    </select>
  );
}
