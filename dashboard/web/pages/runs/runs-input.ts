/** From the filters of an address to the question for the server. Pure. */
import type { RunFilters } from '../../../wire/runs-schema.ts';
import type { RunsSearch } from '../../search.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Days count from midnight to midnight where the reader is; `to` is that day's end. */
export function runsInput({ agent, outcome, trigger, branch, from, to, search, sort = 'newest' }: RunsSearch) {
  const filters: RunFilters = {
    ...(agent === undefined ? {} : { agentName: [...agent] }),
    ...(outcome === undefined ? {} : { outcome: [...outcome] }),
    ...(trigger === undefined ? {} : { trigger: [...trigger] }),
    ...(branch === undefined ? {} : { branch }),
    ...(from === undefined ? {} : { from: midnight(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(midnight(to).getTime() + DAY).toISOString() }),
    ...(search === undefined || search.trim() === '' ? {} : { search: search.trim() }),
  };
  return { filters, sort, limit: 50 };
}

function midnight(day: string): Date {
  return new Date(`${day}T00:00:00`);
}
