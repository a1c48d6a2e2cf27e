/** The filters that stand in addresses: what is not one of them is left out, so that an old or foreign link still opens. Pure. */
import type { Outcome, Trigger } from '../../ledger/outcome.ts';

export interface CommonSearch {
  /** Identity of a repository. */
  readonly repository?: string;
}

export type AuditSearch = CommonSearch;

export interface OverviewSearch extends CommonSearch {
  readonly show?: 'trouble' | 'moving';
}

export interface RunsSearch extends CommonSearch {
  /** Names of agents. */
  readonly agent?: readonly string[];
  readonly outcome?: readonly Outcome[];
  readonly trigger?: readonly Trigger[];
  readonly branch?: string;
  /** Days, `2026-11-21`. */
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
  readonly sort?: 'newest' | 'oldest' | 'longest';
}

export interface ScheduleSearch extends CommonSearch {
  /** Id of the agent whose schedule is open. */
  readonly agent?: string;
}

export interface EventsSearch extends CommonSearch {
  readonly type?: readonly string[];
  readonly agent?: string;
}

export interface FindingsSearch extends CommonSearch {
  readonly days?: number;
  readonly which?: 'newest' | 'oldest' | 'frequent';
}

export interface SettingsSearch extends CommonSearch {
  readonly tab?: 'people' | 'tokens' | 'configuration' | 'account';
}

export interface SignInSearch {
  /** Where to go afterwards, within this page. */
  readonly next?: string;
}

type Loose = Readonly<Record<string, unknown>>;

export const OUTCOME_FILTERS: readonly Outcome[] = ['passed', 'fixed', 'failed', 'errored', 'skipped', 'cancelled'];
export const TRIGGER_FILTERS: readonly Trigger[] = ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'];

export function readCommon(search: object): CommonSearch {
  return clean({ repository: text((search as Loose)['repository']) });
}

export function readOverview(search: object): OverviewSearch {
  return clean({ ...readCommon(search), show: oneOf((search as Loose)['show'], ['trouble', 'moving'] as const)?.[0] });
}

export function readRuns(search: object): RunsSearch {
  const given = search as Loose;
  return clean({
    ...readCommon(search),
    agent: texts(given['agent']),
    outcome: oneOf(given['outcome'], OUTCOME_FILTERS),
    trigger: oneOf(given['trigger'], TRIGGER_FILTERS),
    branch: text(given['branch']),
    from: day(given['from']),
    to: day(given['to']),
    search: text(given['search'])?.slice(0, 100),
    sort: oneOf(given['sort'], ['oldest', 'longest'] as const)?.[0],
  });
}

export function readSchedule(search: object): ScheduleSearch {
  return clean({ ...readCommon(search), agent: text((search as Loose)['agent']) });
}

export function readEvents(search: object): EventsSearch {
  const given = search as Loose;
  return clean({ ...readCommon(search), type: texts(given['type']), agent: text(given['agent']) });
}

export function readFindings(search: object): FindingsSearch {
  const given = search as Loose;
  const days = Number(given['days']);
  return clean({
    ...readCommon(search),
    days: [7, 30, 90].includes(days) ? days : undefined,
    which: oneOf(given['which'], ['newest', 'oldest', 'frequent'] as const)?.[0],
  });
}

export function readSettings(search: object): SettingsSearch {
  return clean({
    ...readCommon(search),
    tab: oneOf((search as Loose)['tab'], ['people', 'tokens', 'configuration', 'account'] as const)?.[0],
  });
}

/** Only addresses of this page are a place to go on to: nothing that leads to another site. */
export function readSignIn(search: object): SignInSearch {
  const next = text((search as Loose)['next']);
  const isOurs = next !== undefined && /^\/(?![/\\])/.test(next) && !/[\u0000-\u001f\\]/.test(next) && !/^\/(sign-in|claim)/.test(next);
  return clean({ next: isOurs ? next : undefined });
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 2000 ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).map(text).filter((item) => item !== undefined);
  return all.length === 0 ? undefined : all.slice(0, 20);
}

function oneOf<const T extends string>(value: unknown, allowed: readonly T[]): readonly T[] | undefined {
  const found = allowed.filter((item) => texts(value)?.includes(item) === true);
  return found.length === 0 ? undefined : found;
}

function day(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given)) ? given : undefined;
}

/** Leaves out what is undefined: it would stand in the address. */
function clean<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
