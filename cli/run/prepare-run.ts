/** Everything a run needs to know before anything is started: repository, configuration, memory, keys, decisions. */
import type { Agent } from '../../agents/agent.ts';
import { suggestRef } from '../../agents/delivery/own-refs.ts';
import { NOTHING_APPLIES } from '../../agents/input-key.ts';
import type { RunPolicy } from '../../agents/run-policy.ts';
import { machineToolHashes } from '../../agents/tools/machine-tools.ts';
import { listRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { AgentId, Trigger } from '../../ledger/outcome.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { decideRuns } from '../../scheduler/decide-runs.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import { nightsOf, type Nights } from '../../scheduler/nights.ts';
import type { LoadedConfig } from '../config.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { didYouMean } from '../config/nearest-name.ts';
import type { Environment } from '../environment.ts';
import type { RunFlags } from '../run-flags.ts';
import { UsageError } from '../usage-error.ts';
import { buildPolicy } from './build-policy.ts';
import { loadSettings } from './load-settings.ts';
import { newCommits } from './new-commits.ts';
import { repairsAhead } from './repairs-ahead.ts';
import { runKeys } from './run-keys.ts';
import type { RunKeys } from './run-keys.ts';

export interface LoadedRun {
  readonly loaded: LoadedConfig;
  readonly policy: RunPolicy;
  /** The tree of the commit that is checked. */
  readonly treeId: string;
  /** Programs of the machine that checks may call: name → hash of the build. */
  readonly machineTools: Readonly<Record<string, string>>;
  /** The asked agents that are enabled. */
  readonly agents: readonly Agent[];
}

/** Reads the configuration of the commit and applies the flags. Throws ConfigError and UsageError. */
export async function loadRun(ask: {
  repository: Repository;
  base: string;
  flags: RunFlags;
  environment: Environment;
  ci: boolean;
  version: string;
  /** Whether somebody else tries again what could not be carried out. Default: false. */
  isRetried?: boolean;
}): Promise<LoadedRun> {
  const { repository, flags } = ask;
  const { loaded, treeId } = await loadSettings(ask);
  const policy = buildPolicy(loaded.config, {
    commonDir: repository.commonDir,
    fix: flags.fix && !flags.workingTree,
    strict: flags.strict ?? false,
    install: flags.install ?? false,
    concurrency: flags.concurrency ?? null,
    origins: loaded.origins,
    isRetried: ask.isRetried ?? false,
  });
  const { PATH, Path } = ask.environment.variables;
  const machineTools = machineToolHashes({ root: repository.root, path: PATH ?? Path });
  return { loaded, policy, treeId, machineTools, agents: askedAgents(flags.agents, policy) };
}

/** Input keys and what follows from them and from memory. */
export async function decide(ask: {
  repository: Repository;
  base: string;
  branch: string | null;
  run: LoadedRun;
  state: LedgerState;
  /** The shared part of `state`. */
  shared: LedgerState;
  flags: RunFlags;
  trigger: Trigger;
  /** Agents that the commits of a push concern; null: not known. */
  touched?: ReadonlySet<AgentId> | null;
  version: string;
  now: Date;
  /** Whether checks of the night run by themselves here. */
  runsByItself: boolean;
  /** The commit that the branch was at before the push that is looked at; default: not known. */
  before?: string | null;
  /** Newest commit of the remote's branch, fetched; default: not known. */
  remoteTip?(): Promise<string | null>;
}): Promise<{ decisions: Decision[]; runKeys: RunKeys; nights: Nights; commitsSince: string | null }> {
  const { repository, run, flags, now } = ask;
  const { config } = run.loaded;
  const [keys, waiting, due] = await Promise.all([
    runKeys({
      repository,
      commit: ask.base,
      treeId: run.treeId,
      config,
      version: ask.version,
      policy: run.policy,
      machineTools: run.machineTools,
      known: ask.shared.trees,
    }),
    waitingCommits(repository),
    flags.due ? import('../../scheduler/due.ts') : null,
  ]);
  const branch = ask.branch ?? 'HEAD';
  let tip: Promise<string | null> | undefined;
  const repairedAhead = await repairsAhead({
    ...{ repository, branch, base: ask.base, state: ask.state, keys: keys.keys },
    remoteTip: () => (tip ??= ask.remoteTip?.() ?? Promise.resolve(null)),
    agents: run.agents.map(({ id }) => id),
  });
  const nights = await nightsOf({
    agents: run.agents.map(({ id }) => id).filter((id) => keys.nightly.includes(id)),
    ...{ branch, now, state: ask.state, trigger: ask.trigger, isAsked: flags.nightly, runsByItself: ask.runsByItself },
    scheduleOf: (agent) => ({ cron: config.agents[agent].nightly, zone: config.agents[agent].timeZone }),
    hasNothingElse: (agent) => keys.keys[agent] === NOTHING_APPLIES,
  });
  const commits = await newCommits({
    ...{ repository, branch, base: ask.base, state: ask.state, agents: run.agents },
    before: ask.before ?? null,
    runsByItself: ask.runsByItself,
  });
  const decisions = decideRuns({
    onTurn: new Set([...nights.due, ...commits.due]),
    agents: run.agents,
    branch,
    state: ask.state,
    shared: ask.shared,
    repairedAhead,
    keys: keys.keys,
    trigger: ask.trigger,
    touched: ask.touched ?? null,
    force: flags.force,
    now,
    isDue: due === null ? null : (agent, lastRunAt) => due.isDue(scheduleOf(agent, config, ask.state), lastRunAt, now),
    waiting,
  });
  return { decisions, runKeys: keys, nights, commitsSince: commits.since };
}

/** What a person set comes before the configuration. */
export function scheduleOf(agent: Agent, config: ResolvedConfig, state: LedgerState): { readonly cron: string; readonly zone: string } {
  return scheduleSetFor(state, agent.id) ?? { cron: agent.schedule, zone: config.agents[agent.id].timeZone };
}

/** Throws UsageError for a name that is no agent; the agents that the configuration turned off are left out. */
function askedAgents(names: readonly string[], policy: RunPolicy): readonly Agent[] {
  if (names.length === 0) return policy.agents;
  for (const name of names) {
    if (!AGENT_IDS.some((id) => id === name))
      throw new UsageError(`there is no agent ${JSON.stringify(name)}${didYouMean(name, AGENT_IDS)} (agents: ${AGENT_IDS.join(', ')})`);
    if (!policy.agents.some((agent) => agent.id === name)) {
      throw new UsageError(`the configuration turns ${name} off: set agents.${name}.enabled to true, or leave it out`);
    }
  }
  return policy.agents.filter((agent) => names.includes(agent.id));
}

async function waitingCommits(repository: Repository): Promise<Partial<Record<AgentId, string>>> {
  const refs = await listRefs(repository, 'refs/upkeep/suggest/');
  const waiting: Partial<Record<AgentId, string>> = {};
  for (const id of AGENT_IDS) {
    const sha = refs.get(suggestRef(id));
    if (sha !== undefined) waiting[id] = sha;
  }
  return waiting;
}
