/** How the state is written in `state.json`: runs and keys as rows under named columns, which halves it; an agent a line, so that it can be read and compared. */
import { STATE_SCHEMA_VERSION, type AgentState, type KeyRecord, type LedgerState, type RunSummary } from './state.ts';

const RUN_COLUMNS = [
  'runId',
  'outcome',
  'reason',
  'at',
  'durationMs',
  'commit',
  'errors',
  'warnings',
  'fixed',
  'trigger',
  'coverage',
] as const;
const KEY_COLUMNS = ['key', 'outcome', 'delivered', 'runId', 'at', 'errors', 'warnings', 'commit', 'findings'] as const;

/** What a `state.json` turned out to be. */
export type DecodedState =
  | { readonly ok: true; readonly state: LedgerState }
  | { readonly ok: false; readonly reason: 'corrupt' }
  | { readonly ok: false; readonly reason: 'future-version'; readonly version: number };

/** The text of `state.json`; the same state gives the same bytes. */
export function encodeState(state: LedgerState): string {
  const { agents, paused, schedules, frozen, ...rest } = state;
  const lines = (record: object) => {
    const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.length === 0
      ? '{}'
      : `{\n${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',\n')}\n}`;
  };
  const packed = Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, packAgent(agent)]));
  const members: Record<string, string> = {
    schemaVersion: JSON.stringify(rest.schemaVersion),
    sequence: JSON.stringify(rest.sequence),
    runColumns: JSON.stringify(RUN_COLUMNS),
    keyColumns: JSON.stringify(KEY_COLUMNS),
    agents: lines(packed),
    paused: lines(paused),
    schedules: lines(schedules),
    outbox: JSON.stringify(rest.outbox),
    frozen: lines(frozen),
    written: JSON.stringify(rest.written),
    deadLetters: JSON.stringify(rest.deadLetters),
  };
  return `{\n${Object.entries(members)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
    .join(',\n')}\n}\n`;
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
  if (version !== STATE_SCHEMA_VERSION || !hasShape(json)) return { ok: false, reason: 'corrupt' };
  const { runColumns: _runs, keyColumns: _keys, ...state } = json as unknown as PackedState;
  const agents = Object.fromEntries(Object.entries(state.agents).map(([name, agent]) => [name, unpackAgent(agent)]));
  return { ok: true, state: { ...state, agents } };
}

type Row = readonly unknown[];
type PackedAgent = Omit<AgentState, 'runs' | 'keys'> & { readonly runs: readonly Row[]; readonly keys: readonly Row[] };
type PackedState = Omit<LedgerState, 'agents'> & {
  readonly agents: Readonly<Record<string, PackedAgent>>;
  readonly runColumns: readonly string[];
  readonly keyColumns: readonly string[];
};

function packAgent(agent: AgentState): PackedAgent {
  return {
    ...agent,
    runs: agent.runs.map((run) => RUN_COLUMNS.map((column) => run[column])),
    keys: agent.keys.map((key) => KEY_COLUMNS.map((column) => key[column])),
  };
}

function unpackAgent(agent: PackedAgent): AgentState {
  return {
    ...agent,
    runs: agent.runs.map((row) => unpack<RunSummary>(RUN_COLUMNS, row)),
    keys: agent.keys.map((row) => unpack<KeyRecord>(KEY_COLUMNS, row)),
  };
}

function unpack<T>(columns: readonly (string & keyof T)[], row: Row): T {
  const record: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) record[column] = row[index];
  return record as T;
}

function hasShape(json: Readonly<Record<string, unknown>>): boolean {
  const records = ['agents', 'paused', 'schedules', 'frozen'];
  return (
    Number.isSafeInteger(json['sequence']) &&
    Number.isSafeInteger(json['deadLetters']) &&
    Array.isArray(json['outbox']) &&
    Array.isArray(json['written']) &&
    sameColumns(json['runColumns'], RUN_COLUMNS) &&
    sameColumns(json['keyColumns'], KEY_COLUMNS) &&
    records.every((name) => isRecord(json[name]) && Object.values(json[name]).every(isRecord)) &&
    Object.values(json['agents'] as object).every(isPackedAgent)
  );
}

function isPackedAgent(agent: unknown): boolean {
  if (!isRecord(agent) || !isRecord(agent['escalations'])) return false;
  const { runs, keys } = agent;
  const nullable = ['decided', 'last', 'breaker', 'inError', 'pausedBy'];
  return (
    Array.isArray(runs) &&
    runs.every((row) => Array.isArray(row) && row.length === RUN_COLUMNS.length) &&
    Array.isArray(keys) &&
    keys.every((row) => Array.isArray(row) && row.length === KEY_COLUMNS.length && Array.isArray(row.at(-1))) &&
    ['sequence', 'streak', 'crashes'].every((name) => Number.isSafeInteger(agent[name])) &&
    nullable.every((name) => agent[name] === null || isRecord(agent[name]))
  );
}

function sameColumns(value: unknown, columns: readonly string[]): boolean {
  return Array.isArray(value) && value.length === columns.length && columns.every((column, index) => value[index] === column);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
