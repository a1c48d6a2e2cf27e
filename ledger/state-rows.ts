/** Runs, keys and findings as rows under named columns: times as milliseconds since 1970, a key's run as the number of its row. Halves `state.json`. */
import type { AgentState, FindingSummary, KeyRecord, RunSummary } from './state.ts';

/** The columns of each kind of row, written into the file for who reads it. */
export const COLUMNS = {
  run: ['runId', 'outcome', 'reason', 'at', 'durationMs', 'commit', 'errors', 'warnings', 'fixed', 'trigger', 'coverage'],
  key: ['key', 'outcome', 'delivered', 'runId', 'at', 'errors', 'warnings', 'commit', 'findings'],
  finding: ['path', 'line', 'rule', 'severity', 'message', 'fingerprint', 'check'],
} as const;

type Row = readonly unknown[];
type PackedRun = Omit<RunSummary, 'at'> & { readonly at: number };
type PackedKey = Omit<KeyRecord, 'at' | 'runId' | 'findings'> & {
  readonly at: number;
  readonly runId: string | number;
  readonly findings: readonly Row[];
};

/** An agent's state as it stands in the file. */
export type PackedAgent = Omit<AgentState, 'runs' | 'keys' | 'proposal'> & {
  readonly runs: readonly Row[];
  readonly keys: readonly Row[];
  /** Absent in a state that was written before proposals were known. */
  readonly proposal?: AgentState['proposal'];
};

/** Makes rows. */
export function packAgent(agent: AgentState): PackedAgent {
  const runIds = agent.runs.map((run) => run.runId);
  return {
    ...agent,
    runs: agent.runs.map((run) => pack<PackedRun>(COLUMNS.run, { ...run, at: Date.parse(run.at) })),
    keys: agent.keys.map((key) => {
      const index = runIds.indexOf(key.runId);
      const findings = key.findings.map((finding) => pack<FindingSummary>(COLUMNS.finding, finding));
      return pack<PackedKey>(COLUMNS.key, { ...key, at: Date.parse(key.at), runId: index < 0 ? key.runId : index, findings });
    }),
  };
}

/** Reads rows that `isPackedAgent`. */
export function unpackAgent(agent: PackedAgent): AgentState {
  const runs = agent.runs.map((row) => unpack<PackedRun>(COLUMNS.run, row)).map((run) => ({ ...run, at: timeText(run.at) }));
  const keys = agent.keys.map((row) => unpack<PackedKey>(COLUMNS.key, row)).map((key) => unpackKey(key, runs));
  return { ...agent, runs, keys, proposal: agent.proposal ?? null };
}

/** Whether it has the shape that can be unpacked. */
export function isPackedAgent(agent: unknown): agent is PackedAgent {
  if (!isRecord(agent) || !isRecord(agent['escalations'])) return false;
  const { runs, keys } = agent;
  const nullable = ['failing', 'decided', 'last', 'breaker', 'inError', 'pausedBy'];
  return (
    Array.isArray(runs) &&
    runs.every((row) => isRow(row, COLUMNS.run)) &&
    Array.isArray(keys) &&
    keys.every((row) => isRow(row, COLUMNS.key) && hasFindings(row.at(-1))) &&
    ['sequence', 'streak', 'crashes'].every((name) => Number.isSafeInteger(agent[name])) &&
    nullable.every((name) => agent[name] === null || isRecord(agent[name])) &&
    (agent['proposal'] === undefined || agent['proposal'] === null || isRecord(agent['proposal']))
  );
}

function unpackKey(key: PackedKey, runs: readonly RunSummary[]): KeyRecord {
  const runId = typeof key.runId === 'number' ? (runs[key.runId]?.runId ?? '') : key.runId;
  const findings = key.findings.map((row) => unpack<FindingSummary>(COLUMNS.finding, row));
  return { ...key, runId, at: timeText(key.at), findings };
}

function pack<T extends object>(columns: readonly (string & keyof T)[], record: T): Row {
  return columns.map((column) => record[column]);
}

function unpack<T>(columns: readonly string[], row: Row): T {
  const record: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) record[column] = row[index];
  return record as T;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isRow(row: unknown, columns: readonly string[]): row is Row {
  if (!Array.isArray(row) || row.length !== columns.length) return false;
  const at: unknown = row[columns.indexOf('at')];
  return typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
}

function hasFindings(value: unknown): boolean {
  return Array.isArray(value) && value.every((row) => Array.isArray(row) && row.length === COLUMNS.finding.length);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
