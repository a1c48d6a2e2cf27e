/** The stream of events: filtered, followed or held still, each with its whole envelope. */
import '../../all-styles.ts';
import { Button, MultiSelect, NativeSelect, Skeleton } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { EVENT_TYPES } from './event-types.ts';
import { api, client } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { clock, exact } from '../../format/time.ts';
import { compareCursors } from '../../live/cursor.ts';
import { onEvents } from '../../live/connection.ts';
import type { LiveEvent } from '../../../wire/live-schema.ts';
import { Empty, Failed } from '../../parts/states.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { eventWords } from './event-words.ts';
import classes from './events.module.css';

/** So many that came while one looks are held. */
const MOST_FRESH = 2_000;

export function Events(): ReactNode {
  const repository = useRepository();
  const { type, agent } = useSearch({ from: '/inside/events' });
  const navigate = useNavigate({ from: '/events' });
  const [fresh, setFresh] = useState<readonly LiveEvent[]>([]);
  const [isHeld, setHeld] = useState(false);
  const [waiting, setWaiting] = useState<readonly LiveEvent[]>([]);
  const agents = useQuery(api.agents.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }));
  const input = {
    ...repositoryInput(repository),
    ...(type === undefined ? {} : { types: [...type] as never }),
    ...(agent === undefined ? {} : { agent }),
    limit: 100,
  };
  const events = useInfiniteQuery({
    queryKey: [...api.events.list.queryKey(input), 'pages'],
    queryFn: ({ pageParam, signal }) => client.events.list.query({ ...input, before: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: repository.isKnown,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const filter = JSON.stringify([repository.id, type, agent]);
  useEffect(() => {
    setFresh([]);
    setWaiting([]);
  }, [filter]);
  useEffect(
    () =>
      onEvents((items) => {
        const ours = items.filter(
          (item) =>
            (repository.id === undefined || item.repositoryId === repository.id) &&
            (type === undefined || type.includes(item.event.type)) &&
            (agent === undefined || item.agentId === agent),
        );
        if (ours.length === 0) return;
        const add = (before: readonly LiveEvent[]): readonly LiveEvent[] => [...ours.toReversed(), ...before].slice(0, MOST_FRESH);
        if (isHeld) setWaiting(add);
        else setFresh(add);
      }),
    [isHeld, repository.id, type, agent],
  );
  const goOn = (): void => {
    setFresh((before) => [...waiting, ...before].slice(0, MOST_FRESH));
    setWaiting([]);
    setHeld(false);
  };
  const old = events.data?.pages.flatMap(({ rows }) => rows) ?? [];
  // The server looks at so many at a time: of rare ones a page may be empty, and there are earlier ones all the same.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = events;
  const looksOn = rowsAreFew(old.length, events.data?.pages.length ?? 0) && hasNextPage;
  useEffect(() => {
    if (looksOn && !isFetchingNextPage) void fetchNextPage();
  }, [looksOn, isFetchingNextPage, fetchNextPage]);
  const newest = old[0]?.cursor;
  const rows = [
    ...fresh.filter(({ cursor }) => newest === undefined || compareCursors(cursor, newest) > 0),
    ...(old as readonly LiveEvent[]),
  ];
  const query = new URLSearchParams({
    ...repositoryInput(repository),
    ...(agent === undefined ? {} : { agent }),
    ...(type === undefined ? {} : { types: type.join(',') }),
  });
  return (
    <Page
      title="Events"
      aside={
        <>
          <MultiSelect
            size="xs"
            className={classes.types}
            aria-label="Types of events"
            placeholder={type === undefined ? 'All types' : undefined}
            data={[...EVENT_TYPES]}
            value={[...(type ?? [])]}
            onChange={(types) =>
              void navigate({ search: (search) => ({ ...search, type: types.length === 0 ? undefined : types }), replace: true })
            }
            clearable
            searchable
          />
          <NativeSelect
            aria-label="Agent"
            className={classes.agent}
            value={agent ?? ''}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: (search) => ({ ...search, agent: value === '' ? undefined : value }), replace: true })
            }
            data={[
              { value: '', label: 'All agents' },
              ...(agents.data ?? []).map(({ id, name, repository: of }) => ({
                value: id,
                label: `${visible(name)} (${visible(of.name)})`,
              })),
            ]}
          />
          <Button
            leftSection={isHeld ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />}
            onClick={() => (isHeld ? goOn() : setHeld(true))}
            aria-pressed={isHeld}
          >
            {isHeld ? `Follow (${waiting.length} new)` : 'Hold still'}
          </Button>
          <Button
            component="a"
            href={`/api/export/events?${query.toString()}`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            NDJSON
          </Button>
        </>
      }
    >
      {events.isError && events.data === undefined ? (
        <Failed error={events.error} what="The events" retry={() => void events.refetch()} />
      ) : events.isPending || (looksOn && rows.length === 0) ? (
        <Skeleton height={480} />
      ) : rows.length === 0 ? (
        <Empty title="No events yet.">They appear here as they happen.</Empty>
      ) : (
        <ol className={classes.events} aria-label="Events, the newest first">
          {rows.map((item) => (
            <EventRow key={item.cursor} item={item} />
          ))}
        </ol>
      )}
      {hasNextPage ? (
        <Button onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
          Show earlier ones
        </Button>
      ) : null}
    </Page>
  );
}

/** Whether to look further back by itself. */
function rowsAreFew(rows: number, pages: number): boolean {
  return rows < 20 && pages < 25;
}

function EventRow({ item }: { readonly item: LiveEvent }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { event } = item;
  const time = Date.parse(event.time);
  return (
    <li data-event={event.type} data-cursor={item.cursor}>
      <div className={classes.row}>
        <button type="button" data-row className={classes.open} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <time dateTime={event.time} title={exact(time)}>
            {clock(time, Date.now(), true)}
          </time>
          <span className={classes.type}>{event.type}</span>
          <b>{visible(event.subject)}</b>
          <span className={classes.words}>{visible(eventWords(event))}</span>
        </button>
        {item.runId === null ? null : (
          <Link to="/runs/$runId" params={{ runId: item.runId }} search={(search) => ({ repository: search.repository })}>
            run
          </Link>
        )}
      </div>
      {isOpen ? (
        <pre className={classes.envelope} tabIndex={0} aria-label="The envelope">
          {visible(JSON.stringify(event, null, 2))}
        </pre>
      ) : null}
    </li>
  );
}
