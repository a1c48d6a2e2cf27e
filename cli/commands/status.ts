/** `agent status`: how every agent stands on a branch. */
import { suggestRef } from '../../agents/delivery/own-refs.ts';
import { isRunUnderWay } from '../../agents/run-lock.ts';
import { listRefs } from '../../git/refs.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, pauseOf } from '../../ledger/state.ts';
import { shownState, type ShownState } from '../../scheduler/shown-state.ts';
import type { CommandContext } from '../command-context.ts';
import { openHere, type Here } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { colored } from '../reporters/tree-state.ts';
import { alignedRows } from '../table.ts';
import { ago, count, OUTCOME_WORDS, shortSha } from '../wording.ts';

/** One agent as `--json` prints it. */
export interface AgentStatus {
  readonly agent: AgentId;
  readonly state: ShownState;
  readonly last: {
    readonly outcome: string;
    readonly reason: string | null;
    readonly at: string;
    readonly runId: string;
    readonly commit: string | null;
  } | null;
  readonly errors: number;
  readonly warnings: number;
  readonly streak: number;
  readonly nextTryAt: string | null;
  readonly pausedBy: string | null;
  readonly inError: string | null;
  /** Commit that waits for `agent accept`. */
  readonly waiting: string | null;
  /** Address of its open pull request, or null. */
  readonly pullRequest: string | null;
}

export async function statusCommand(
  flags: { readonly json?: boolean; readonly branch?: string },
  context: CommandContext,
): Promise<number> {
  const here = await openHere(context, flags.branch);
  const waiting = await listRefs(here.repository, 'refs/upkeep/suggest');
  const running = isRunUnderWay(here.repository.commonDir);
  const now = new Date();
  const agents = AGENT_IDS.map((agent) => statusOf(agent, here, { running, waiting, now }));
  const { out, palette } = context.output;
  if (flags.json) {
    out(`${JSON.stringify({ schemaVersion: 1, branch: here.branch, running, agents, deadLetters: here.state.deadLetters }, null, 2)}\n`);
    return 0;
  }
  out(`${palette.strong(plainLine(here.branch))}${running ? '  a run is under way' : ''}\n`);
  out(
    alignedRows(
      agents.map((status) => [
        status.agent,
        stateColor(status.state, palette)(status.state),
        status.last === null
          ? palette.dim('never ran here')
          : `${colored(status.last.outcome as 'passed', OUTCOME_WORDS[status.last.outcome as 'passed'], palette)} ${ago(status.last.at, now)}`,
        [status.errors > 0 ? count(status.errors, 'error') : '', status.warnings > 0 ? count(status.warnings, 'warning') : '']
          .filter((text) => text !== '')
          .join(', '),
        detailOf(status),
      ]),
    ),
  );
  if (here.state.deadLetters > 0)
    out(`${palette.warn(`${count(here.state.deadLetters, 'line')} of the ledger cannot be read: agent log --dead-letters`)}\n`);
  return 0;
}

/** How one agent stands. */
export function statusOf(
  agent: AgentId,
  here: Pick<Here, 'state' | 'branch'>,
  facts: { running: boolean; waiting: ReadonlyMap<string, string>; now: Date },
): AgentStatus {
  const memory = agentStateOf(here.state, agent, here.branch);
  const pause = pauseOf(here.state, agent, here.branch, facts.now);
  const answer = memory.keys[0];
  return {
    agent,
    state: shownState({
      running: false,
      queued: false,
      paused: pause !== null,
      inError: memory.inError !== null,
      tripped: memory.breaker !== null,
    }),
    last:
      memory.last === null
        ? null
        : {
            outcome: memory.last.outcome,
            reason: memory.last.reason,
            at: memory.last.at,
            runId: memory.last.runId,
            commit: memory.last.commit,
          },
    errors: answer?.errors ?? 0,
    warnings: answer?.warnings ?? 0,
    streak: memory.streak,
    nextTryAt: memory.breaker?.nextTryAt ?? null,
    pausedBy: pause?.by ?? null,
    inError: memory.inError?.reason ?? null,
    waiting: facts.waiting.get(suggestRef(agent)) ?? null,
    pullRequest: memory.proposal?.url ?? null,
  };
}

function detailOf(status: AgentStatus): string {
  return [
    status.streak > 0 ? `failed ${count(status.streak, 'time')} in a row` : '',
    status.nextTryAt === null ? '' : `next try ${status.nextTryAt.slice(0, 16).replace('T', ' ')}`,
    status.pausedBy === null ? '' : `paused by ${plainLine(status.pausedBy)}`,
    status.inError === null ? '' : plainLine(status.inError),
    status.pullRequest === null ? '' : plainLine(status.pullRequest),
    status.waiting === null ? '' : `${shortSha(status.waiting)} waits: agent accept ${status.agent}`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function stateColor(state: ShownState, palette: CommandContext['output']['palette']): (text: string) => string {
  if (state === 'ACTIVE' || state === 'RUNNING') return palette.good;
  return state === 'PAUSED' || state === 'QUEUED' ? palette.warn : palette.bad;
}
