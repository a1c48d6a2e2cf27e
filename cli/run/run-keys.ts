/** Input keys of a commit: remembered ones when the tree was seen before, else read from the tree. */
import { createHash } from 'node:crypto';
import { contextKey, inputKeys } from '../../agents/input-key.ts';
import type { KeyContext } from '../../agents/input-key.ts';
import { recallKeys, rememberKeys } from '../../agents/key-memory.ts';
import { planChecks, type PlannedCheck } from '../../agents/plan-checks.ts';
import { readProject } from '../../agents/read-project.ts';
import type { RunPolicy } from '../../agents/run-policy.ts';
import { toolsCalled } from '../../agents/tools/machine-tools.ts';
import { toolVersions } from '../../agents/tools/resolve-tool.ts';
import type { Repository } from '../../git/repository.ts';
import type { KnownTree } from '../../ledger/known-tree.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import type { ResolvedConfig } from '../config-schema.ts';

export interface RunKeys {
  readonly context: KeyContext;
  /** By agent. */
  readonly keys: Readonly<Record<string, string>>;
  /** Agents that have checks of the night here. */
  readonly nightly: readonly AgentId[];
  /** Programs of the machine that the key of an agent was made of, by agent: name → hash of the build. */
  readonly called: Readonly<Partial<Record<AgentId, Readonly<Record<string, string>>>>>;
}

export interface RunKeysRequest {
  readonly repository: Repository;
  readonly commit: string;
  readonly treeId: string;
  readonly config: ResolvedConfig;
  readonly version: string;
  readonly policy: RunPolicy;
  /** Programs of the machine: name → hash of the build. Default: none. */
  readonly machineTools?: Readonly<Record<string, string>>;
  /** Trees that were looked at elsewhere. */
  readonly known?: readonly KnownTree[];
}

/** Keys of every enabled agent. */
export async function runKeys(request: RunKeysRequest): Promise<RunKeys> {
  const { repository, commit, treeId, config, policy } = request;
  const context: KeyContext = {
    upkeepVersion: request.version,
    configuration: createHash('sha256')
      .update(JSON.stringify(settingsOfContent(config)))
      .digest('hex'),
    tools: repository.root === null ? {} : toolVersions(repository.root),
    machineTools: request.machineTools ?? {},
    strict: policy.strict,
    fix: policy.fix,
  };
  const id = contextKey(context);
  const recalled = recallKeys(repository.commonDir, treeId, id);
  if (recalled !== null && isOfMachine(recalled, context)) return { context, ...withoutMarks(recalled) };
  const told = toldKeys(request, id);
  if (told !== null && isOfMachine(told, context)) {
    rememberKeys(repository.commonDir, { treeId, context: id, keys: told });
    return { context, ...withoutMarks(told) };
  }
  const project = await readProject(repository, commit);
  const { planned, apart } = await planChecks(policy, project);
  const nightly = apart.filter(({ check }) => check.isNightly === true);
  const keys = {
    ...inputKeys(
      policy.agents.map((agent) => agent.id),
      { entries: project.entries, planned, context },
    ),
    ...Object.fromEntries(nightly.flatMap(({ agents }) => agents.map((agent) => [markOf(agent), '']))),
    ...Object.fromEntries(policy.agents.flatMap(({ id: agent }) => toolMarks(agent, calledBy(agent, planned, context)))),
  };
  rememberKeys(repository.commonDir, { treeId, context: id, keys });
  return { context, ...withoutMarks(keys) };
}

/** Stands among the keys of a tree where the agent has checks of the night in it. */
function markOf(agent: AgentId): string {
  return `${agent} at night`;
}

/** Stands among them where the agent's key was made of programs of the machine. */
function toolMarkOf(agent: AgentId): string {
  return `${agent} on this machine`;
}

function toolMarks(agent: AgentId, called: Readonly<Record<string, string>>): [string, string][] {
  return Object.keys(called).length === 0 ? [] : [[toolMarkOf(agent), JSON.stringify(called)]];
}

function calledBy(agent: AgentId, planned: readonly PlannedCheck[], { machineTools }: KeyContext): Record<string, string> {
  const checks = planned.filter(({ agents }) => agents.includes(agent)).map(({ check }) => check);
  return toolsCalled(checks, machineTools);
}

function calledIn(keys: Readonly<Record<string, string>>): RunKeys['called'] {
  return Object.fromEntries(
    AGENT_IDS.flatMap((agent) => {
      const called = keys[toolMarkOf(agent)];
      return called === undefined ? [] : [[agent, JSON.parse(called) as Record<string, string>]];
    }),
  );
}

/** Whether the programs that the keys were made of are those of this machine. */
function isOfMachine(keys: Readonly<Record<string, string>>, { machineTools = {} }: KeyContext): boolean {
  return Object.values(calledIn(keys)).every((called) =>
    Object.entries(called).every(([name, build]) => (machineTools[name] ?? '') === build),
  );
}

function withoutMarks(keys: Readonly<Record<string, string>>): Omit<RunKeys, 'context'> {
  const nightly = AGENT_IDS.filter((agent) => keys[markOf(agent)] !== undefined);
  const ofAgents = Object.entries(keys).filter(([name]) => AGENT_IDS.some((agent) => agent === name));
  return { keys: Object.fromEntries(ofAgents), nightly, called: calledIn(keys) };
}

/** The keys that somebody else noted for the same tree, made of all the same things. */
function toldKeys({ known = [], treeId, version, policy }: RunKeysRequest, context: string): Record<string, string> | null {
  const same = known.find((one) => one.tree === treeId && one.version === version && one.context === context);
  if (same === undefined) return null;
  const keys: Record<string, string> = {};
  for (const { agentId, key, nightlyDueAt, machineTools = {} } of same.agents) {
    keys[agentId] = key;
    for (const [mark, called] of toolMarks(agentId, machineTools)) keys[mark] = called;
    if (nightlyDueAt !== undefined) keys[markOf(agentId)] = '';
  }
  return policy.agents.every(({ id }) => keys[id] !== undefined && keys[id] !== '') ? keys : null;
}

/** Settings that say when, how fast and where to: they change no finding, so CI and laptops, which differ in them, share their keys. */
const ABOUT_THE_RUN: readonly string[] = ['delivery', 'ledger', 'scheduler', 'install', 'limits'];
const ABOUT_THE_SCHEDULE: readonly string[] = ['schedule', 'nightly', 'timeZone', 'triggers', 'priority'];

function settingsOfContent(config: ResolvedConfig): Record<string, unknown> {
  const agents = Object.entries(config.agents).map(([id, settings]) => [id, without(settings, ABOUT_THE_SCHEDULE)] as const);
  return { ...without(config, ABOUT_THE_RUN), agents: Object.fromEntries(agents) };
}

function without(settings: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
