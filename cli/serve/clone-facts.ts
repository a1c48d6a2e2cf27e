/** What a clone tells of its repository: configuration and ledger, as the scheduler wants to know them. */
import { catalog } from '../../agents/catalog.ts';
import type { Agent } from '../../agents/agent.ts';
import { resolveRef } from '../../git/refs.ts';
import { readState, type LedgerReading } from '../../ledger/read.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import { agentStateOf, type LedgerState } from '../../ledger/state.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { pausesIn } from '../../scheduler/ledger-sync/ledger-facts.ts';
import type { LookedAfterAgent, LookedAfterRepository } from '../../scheduler/look-after.ts';
import { loadSettings } from '../run/load-settings.ts';
import type { CommandContext } from '../command-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { openClone, type Clone } from '../webhook/looked-after.ts';
import { repositoryIdentity } from './repository-identity.ts';

export interface CloneFacts {
  readonly clone: Clone;
  readonly repository: LookedAfterRepository;
  readonly config: ResolvedConfig;
  readonly ledger: Ledger;
  /** What the facts are from. */
  readonly reading: LedgerReading;
}

/** Opens the clone in a folder; `branch`: the one it looks after, whatever is checked out. Throws UsageError, ConfigError, GitError and LedgerError. */
export async function cloneFacts(
  { path, branch: known }: { readonly path: string; readonly branch?: string },
  context: Pick<CommandContext, 'environment' | 'version'>,
  now: Date,
): Promise<CloneFacts> {
  const clone = await openClone({ ...context, cwd: path }, known);
  const { checkout, branch } = clone;
  const commit = await newestKnown(clone);
  const { environment, version } = context;
  const { config } = (await loadSettings({ repository: checkout, base: commit, flags: {}, environment, ci: true, version })).loaded;
  const ledger = openLedger(checkout.commonDir);
  const reading = await readState(ledger);
  const agents = catalog.map((agent) => agentFacts(agent, { config, state: reading.layered, branch }));
  const pauses = pausesIn(reading.layered, branch, now);
  const repository = { ...repositoryIdentity(clone), branch, configuredAt: commit, configError: null, agents, pauses };
  return { clone, config, ledger, reading, repository };
}

/** The newest commit of the branch that this clone has heard of. */
export async function newestKnown({ checkout, branch, remote, remoteAddress }: Clone): Promise<string> {
  const fetched = remoteAddress === null ? null : await resolveRef(checkout, `refs/remotes/${remote}/${branch}`);
  return fetched ?? (await resolveRef(checkout, `refs/heads/${branch}`)) ?? checkout.head ?? '';
}

function agentFacts(
  agent: Agent,
  { config, state, branch }: { readonly config: ResolvedConfig; readonly state: LedgerState; readonly branch: string },
): LookedAfterAgent {
  const settings = config.agents[agent.id];
  const memory = agentStateOf(state, agent.id, branch);
  const set = scheduleSetFor(state, agent.id);
  const { breaker, inError, streak, lastScheduledAt, escalations } = memory;
  return {
    name: agent.id,
    isNews: true,
    isEnabled: settings.enabled,
    priority: set?.priority ?? settings.priority ?? agent.priority,
    labels: settings.labels,
    cron: set?.cron ?? settings.schedule ?? agent.schedule,
    timeZone: set?.zone ?? settings.timeZone,
    setBy: set?.by ?? null,
    missed: settings.missed,
    missedWindowSeconds: settings.missedHours * 3600,
    overlap: settings.overlap,
    jitterSeconds: settings.jitterSeconds,
    lastRunAt: lastScheduledAt === null ? null : new Date(lastScheduledAt),
    inError,
    streak,
    tripped: breaker === null ? null : { since: breaker.since, nextTryAt: breaker.nextTryAt },
    escalations: Object.values(escalations),
  };
}
