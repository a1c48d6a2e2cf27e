/** How the state is written in `state.json`: an agent a line, so that two of them can be compared. */
import { COLUMNS, isPackedAgent, packAgent, unpackAgent, type PackedAgent } from './state-rows.ts';
import { STATE_SCHEMA_VERSION, type LedgerState } from './state.ts';

/** What a `state.json` turned out to be. */
export type DecodedState =
  | { readonly ok: true; readonly state: LedgerState }
  | { readonly ok: false; readonly reason: 'corrupt' }
  | { readonly ok: false; readonly reason: 'future-version'; readonly version: number };

/** The text of `state.json`; the same state gives the same bytes. */
export function encodeState(state: LedgerState): string {
  const agents = Object.fromEntries(Object.entries(state.agents).map(([name, agent]) => [name, packAgent(agent)]));
  const members: readonly (readonly [string, string])[] = [
    ['schemaVersion', JSON.stringify(state.schemaVersion)],
    ['sequence', JSON.stringify(state.sequence)],
    ['columns', JSON.stringify(COLUMNS)],
    ['agents', lines(agents)],
    ['paused', lines(state.paused)],
    ['schedules', lines(state.schedules)],
    ['outbox', JSON.stringify(state.outbox)],
    ['frozen', lines(state.frozen)],
    ['written', JSON.stringify(state.written)],
    ['trees', JSON.stringify(state.trees)],
    ['deadLetters', JSON.stringify(state.deadLetters)],
  ];
  return `{\n${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',\n')}\n}\n`;
}

/** Reads the text of `state.json`. What is not exactly of this version is corrupt, and is then rebuilt from events. */
export function decodeState(text: string): DecodedState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'corrupt' };
  }
  if (!isRecord(json)) return { ok: false, reason: 'corrupt' };
  const version = json['schemaVersion'];
  if (typeof version === 'number' && version > STATE_SCHEMA_VERSION) return { ok: false, reason: 'future-version', version };
  if (version !== STATE_SCHEMA_VERSION || !isPackedState(json)) return { ok: false, reason: 'corrupt' };
  const { columns: _columns, ...state } = json;
  return {
    ok: true,
    state: { ...state, agents: Object.fromEntries(Object.entries(state.agents).map(([name, agent]) => [name, unpackAgent(agent)])) },
  };
}

type PackedState = Omit<LedgerState, 'agents'> & { readonly agents: Readonly<Record<string, PackedAgent>>; readonly columns: unknown };

function isPackedState(json: object): json is PackedState {
  const state = json as Readonly<Record<string, unknown>>;
  const records = [state['agents'], state['paused'], state['schedules'], state['frozen']];
  return (
    JSON.stringify(state['columns']) === JSON.stringify(COLUMNS) &&
    Number.isSafeInteger(state['sequence']) &&
    Number.isSafeInteger(state['deadLetters']) &&
    Array.isArray(state['outbox']) &&
    Array.isArray(state['written']) &&
    records.every((record) => isRecord(record) && Object.values(record).every(isRecord)) &&
    Object.values(state['agents'] as object).every(isPackedAgent) &&
    Object.values(state['frozen'] as object).every((frozen: unknown) => hasLists(frozen, ['keys', 'blobs'])) &&
    isKnownTrees(state['trees']) &&
    state['written'].every((entry) => hasLists(entry, ['paths']) && entry['paths'].every((path: unknown) => hasLists(path, ['states'])))
  );
}

function isKnownTrees(value: unknown): boolean {
  const isAgent = (agent: unknown): boolean => hasLists(agent, ['triggers']);
  return Array.isArray(value) && value.every((entry) => hasLists(entry, ['agents']) && entry['agents'].every(isAgent));
}

function hasLists<const N extends string>(value: unknown, names: readonly N[]): value is Readonly<Record<N, readonly unknown[]>> {
  return isRecord(value) && names.every((name) => Array.isArray(value[name]));
}

/** An object with a line for each member, sorted by name. */
function lines(record: object): string {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? '{}'
    : `{\n${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',\n')}\n}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
