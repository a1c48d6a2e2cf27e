/** What the table of runs keeps to. */
import { Button, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { OUTCOME_FILTERS, TRIGGER_FILTERS, type RunsSearch } from '../../search.ts';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import classes from './runs.module.css';

/** How long typing rests before the server is asked. */
const TYPING_MS = 250;

export function RunFilters(): ReactNode {
  const search = useSearch({ from: '/inside/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const repository = useRepository();
  const agents = useQuery(api.agents.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }));
  const names = [...new Set([...(agents.data ?? []).map(({ name }) => name), ...(search.agent ?? [])])].sort();
  const set = (change: Partial<RunsSearch>): void =>
    void navigate({ search: (before) => withoutEmpty({ ...before, ...change }), replace: true });
  const isFiltered = Object.keys(search).some((key) => key !== 'repository' && key !== 'sort');
  return (
    <search className={classes.filters} aria-label="Filters of runs">
      <Words given={search.search ?? ''} onSettle={(words) => set({ search: words })} />
      <Several label="Agent" options={names} chosen={search.agent} onChange={(agent) => set({ agent })} />
      <Several
        label="Outcome"
        options={OUTCOME_FILTERS}
        chosen={search.outcome}
        onChange={(outcome) => set({ outcome: outcome as RunsSearch['outcome'] })}
      />
      <Several
        label="Trigger"
        options={TRIGGER_FILTERS}
        chosen={search.trigger}
        onChange={(trigger) => set({ trigger: trigger as RunsSearch['trigger'] })}
      />
      <TextInput
        type="date"
        aria-label="From this day"
        title="From this day"
        value={search.from ?? ''}
        onChange={({ currentTarget }) => set({ from: currentTarget.value })}
      />
      <TextInput
        type="date"
        aria-label="Until this day"
        title="Until this day"
        value={search.to ?? ''}
        onChange={({ currentTarget }) => set({ to: currentTarget.value })}
      />
      <NativeSelect
        aria-label="Order"
        value={search.sort ?? 'newest'}
        onChange={({ currentTarget: { value } }) => set({ sort: value === 'newest' ? undefined : (value as RunsSearch['sort']) })}
        data={[
          { value: 'newest', label: 'Newest first' },
          { value: 'oldest', label: 'Oldest first' },
          { value: 'longest', label: 'Longest first' },
        ]}
      />
      {isFiltered ? (
        <Button
          variant="subtle"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={() => void navigate({ search: ({ repository: name, sort }) => withoutEmpty({ repository: name, sort }), replace: true })}
        >
          Clear
        </Button>
      ) : null}
    </search>
  );
}

function Words({ given, onSettle }: { readonly given: string; readonly onSettle: (words: string) => void }): ReactNode {
  const [words, setWords] = useState(given);
  useEffect(() => setWords(given), [given]);
  useEffect(() => {
    if (words === given) return undefined;
    const timer = setTimeout(() => onSettle(words), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      type="search"
      aria-label="Search in runs"
      placeholder="Run, commit, words, person"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={words}
      maxLength={100}
      onChange={({ currentTarget }) => setWords(currentTarget.value)}
    />
  );
}

interface SeveralProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: readonly string[] | undefined;
  readonly onChange: (chosen: readonly string[] | undefined) => void;
}

function Several({ label, options, chosen = [], onChange }: SeveralProps): ReactNode {
  return (
    <MultiSelect
      className={classes.several}
      size="xs"
      aria-label={label}
      placeholder={chosen.length === 0 ? label : undefined}
      data={options.map((value) => ({ value, label: visible(value) }))}
      value={[...chosen]}
      onChange={(next) => onChange(next.length === 0 ? undefined : next)}
      clearable
      hidePickedOptions
    />
  );
}

function withoutEmpty<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== '')) as T;
}
