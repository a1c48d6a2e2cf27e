/** Notes the input keys of the tree that CI saw last, so that the gate can tell without an installation what is answered. */
import { isDeepStrictEqual } from 'node:util';
import { contextKey, NOTHING_APPLIES } from '../../agents/input-key.ts';
import type { Repository } from '../../git/repository.ts';
import { treeIdOf } from '../../git/tree.ts';
import { makeEvent, type EventData, type EventOrigin } from '../../ledger/event.ts';
import { agentStateOf } from '../../ledger/state.ts';
import type { Environment } from '../environment.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Memory } from './memory.ts';
import { loadRun, scheduleOf } from './prepare-run.ts';
import { runKeys } from './run-keys.ts';

export interface NoteTreeRequest {
  readonly repository: Repository;
  /** What the branch is at after the run. */
  readonly head: string;
  readonly branch: string;
  readonly flags: RunFlags;
  readonly environment: Environment;
  readonly version: string;
  readonly memory: Memory;
  readonly origin: EventOrigin;
}

/** Of an agent that has nothing but checks of the night, and has not run them yet. */
const AT_ONCE = new Date(0).toISOString();

/** Appends one event, unless the ledger says the same already: at most one for each tree and each run. Runs with options that change keys note nothing. */
export async function noteTree(ask: NoteTreeRequest): Promise<void> {
  const { repository, head, branch, flags, environment, version, memory, origin } = ask;
  if (!hasOrdinaryKeys(flags)) return;
  const [run, tree, due] = await Promise.all([
    // Of all agents: who asked for one of them now asks for others later.
    loadRun({ repository, base: head, flags: { ...flags, agents: [] }, environment, ci: true, version }),
    treeIdOf(repository, head),
    import('../../scheduler/due.ts'),
  ]);
  const { config } = run.loaded;
  const { policy, treeId, machineTools } = run;
  const { keys, context, nightly, called } = await runKeys({ repository, commit: head, treeId, config, version, policy, machineTools });
  await memory.reload();
  const { threshold, branches, quietHours, maxOpenIssues } = config.scheduler.escalation;
  const agents = run.agents.map((agent) => {
    const { lastScheduledAt: lastRunAt, nightly: night } = agentStateOf(memory.state, agent.id, branch);
    const schedule = scheduleOf(agent, config, memory.state);
    const dueAt = lastRunAt === null ? null : (due.nextSlot(schedule, new Date(lastRunAt))?.toISOString() ?? null);
    const isDueNow = night === undefined && keys[agent.id] === NOTHING_APPLIES;
    const nightlyDueAt = nightly.includes(agent.id) ? (isDueNow ? AT_ONCE : night?.dueAt) : undefined;
    const ofNight = nightlyDueAt === undefined ? {} : { nightlyDueAt };
    const tools = called[agent.id];
    const ofMachine = tools === undefined ? {} : { machineTools: tools };
    return { agentId: agent.id, key: keys[agent.id] ?? '', triggers: [...agent.triggers], lastRunAt, dueAt, ...ofNight, ...ofMachine };
  });
  const fresh = {
    commit: head,
    tree,
    version,
    context: contextKey(context),
    agents,
    speak: { threshold, branches, quietHours, maxOpenIssues },
  };
  const known = memory.state.trees.find((one) => one.branch === branch);
  if (isDeepStrictEqual({ ...known }, { branch, ...fresh })) return;
  const data: EventData<'scheduler:keyed'> = { agentId: null, jobId: '', runId: '', branch, status: 'ACTIVE', ...fresh };
  await memory.record([makeEvent('scheduler:keyed', data, origin)]);
}

/** Whether the keys of this run are those of the next one that the workflow starts. */
function hasOrdinaryKeys(flags: RunFlags): boolean {
  return flags.fix && flags.strict === undefined && flags.base === undefined && !flags.workingTree && flags.rehearse === undefined;
}
