/** A light look at an event before it is folded, without zod: folding is on the way of every start. */
import { AGENT_IDS, OUTCOMES } from './outcome.ts';
import type { UpkeepEvent } from './event.ts';

type Kind = 'string' | 'number' | 'boolean' | 'array' | 'record' | 'outcome' | 'kind' | 'string?' | 'keyed';

const SETTLED = {
  runId: 'string',
  outcome: 'outcome',
  base: 'string',
  key: 'string',
  durationMs: 'number',
  errors: 'number',
  warnings: 'number',
  fixed: 'number',
  findings: 'array',
  delivered: 'boolean',
  counts: 'boolean',
  commit: 'string?',
  producedKey: 'string?',
} as const;

/** Fields without which an event of a type cannot be folded; types that are not named change nothing. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  'agent:completed': SETTLED,
  'agent:failed': SETTLED,
  'agent:cancelled': { runId: 'string' },
  'agent:paused': { by: 'string' },
  'agent:resumed': { by: 'string' },
  'agent:tripped': { runId: 'string', reason: 'string', kind: 'kind' },
  'agent:recovered': { runId: 'string' },
  'agent:escalated': { kind: 'kind' },
  'agent:escalation-closed': { kind: 'kind' },
  'agent:scheduled': { cron: 'string', zone: 'string', by: 'string' },
  'scheduler:keyed': { commit: 'string', tree: 'string', version: 'string', agents: 'keyed', speak: 'record' },
  'delivery:pushed': { commits: 'array' },
  'delivery:proposed': { commits: 'array' },
  'delivery:withdrawn': { commits: 'array' },
  'delivery:kept': { commits: 'array' },
  'delivery:refused': { commits: 'array' },
  'delivery:undone': { frozenKeys: 'array', frozenBlobs: 'record' },
};

/** Whether a line of the ledger has the shape of an event; false makes it a dead letter. */
export function isFoldable(line: unknown): line is UpkeepEvent {
  if (!isRecord(line) || typeof line['type'] !== 'string' || typeof line['id'] !== 'string') return false;
  const { data } = line;
  if (!isRecord(data) || typeof line['time'] !== 'string' || Number.isNaN(Date.parse(line['time']))) return false;
  if (typeof data['branch'] !== 'string' || !isAgent(data['agentId'])) return false;
  const needed = Object.hasOwn(NEEDED, line['type']) ? NEEDED[line['type']] : undefined;
  return Object.entries(needed ?? {}).every(([field, kind]) => is(data[field], kind)) && hasReadableLists(data);
}

function is(value: unknown, kind: Kind): boolean {
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'record') return isRecord(value);
  if (kind === 'keyed') return Array.isArray(value) && value.every(isKeyed);
  if (kind === 'outcome') return (OUTCOMES as readonly unknown[]).includes(value);
  if (kind === 'kind') return value === 'code' || value === 'operation';
  if (kind === 'string?') return value === null || typeof value === 'string';
  return typeof value === kind && (kind !== 'number' || Number.isFinite(value));
}

function isKeyed(agent: unknown): boolean {
  return (
    isRecord(agent) &&
    isAgent(agent['agentId']) &&
    typeof agent['key'] === 'string' &&
    ['lastRunAt', 'dueAt'].every((field) => is(agent[field], 'string?')) &&
    Array.isArray(agent['triggers'])
  );
}

/** An unknown name could also be one of JavaScript's own, `constructor`. */
function isAgent(value: unknown): boolean {
  return value === null || (AGENT_IDS as readonly unknown[]).includes(value);
}

function hasReadableLists(data: Readonly<Record<string, unknown>>): boolean {
  const findings = Array.isArray(data['findings']) ? data['findings'] : [];
  const blobs = data['blobs'] === undefined ? [] : data['blobs'];
  return (
    findings.every((finding) => isRecord(finding) && typeof finding['message'] === 'string') &&
    Array.isArray(blobs) &&
    blobs.every((blob) => isRecord(blob) && is(blob['path'], 'string') && is(blob['from'], 'string?') && is(blob['to'], 'string?')) &&
    (data['nightly'] === undefined || (isRecord(data['nightly']) && is(data['nightly']['dueAt'], 'string'))) &&
    (data['commitsRead'] === undefined || typeof data['commitsRead'] === 'string') &&
    (data['measures'] === undefined || isRecord(data['measures']))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
