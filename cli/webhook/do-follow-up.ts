/** Does what follows from a trigger, in the clone at hand. */
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { pauseOf } from '../../ledger/state.ts';
import type { CommandContext } from '../command-context.ts';
import { followComment } from '../comment/follow-comment.ts';
import type { LeftOver } from '../comment/left-over.ts';
import { runCommand } from '../commands/run.ts';
import { openHere } from '../here.ts';
import { runFlagsOf } from '../run-flags.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { AwayError } from './away-error.ts';
import type { FollowUp } from './follow-up.ts';
import type { Clone } from './looked-after.ts';
import { newestCommit } from './newest-commit.ts';
import type { FollowUpEnd } from './passing.ts';

export interface FollowUpRequest {
  readonly trigger: WebhookTrigger;
  readonly followUp: FollowUp;
  readonly clone: Clone;
  readonly context: CommandContext;
  /** Of a comment: what an earlier attempt left, and who is told what is left now. */
  readonly left?: LeftOver | null;
  readonly keep?: (left: LeftOver) => Promise<void>;
}

/** Throws GitHubError, UsageError, ConfigError, GitError, LedgerError and BusyError. */
export async function doFollowUp(request: FollowUpRequest): Promise<FollowUpEnd> {
  const { trigger, followUp, clone, context } = request;
  try {
    if (followUp.kind === 'run') return { exitCode: await runAgents(followUp, clone, context), isPassing: false };
    if (followUp.kind === 'nothing' || trigger.kind !== 'comment') return { exitCode: 0, isPassing: false };
    const here = { branch: clone.branch, newest: () => newestCommit(clone, context) };
    const keep = request.keep ?? (() => Promise.resolve());
    const { remoteAddress } = clone;
    return await followComment({ trigger, context, remoteAddress, page: null, here, left: request.left ?? null, keep });
  } catch (error) {
    if (!(error instanceof AwayError)) throw error;
    context.output.err(`  nothing runs: ${plainLine(error.message)}\n`);
    return { exitCode: 3, isPassing: error.isPassing };
  }
}

/** Runs agents on the newest commit of the branch and returns the exit code of the run; 3 when there is no such branch. Throws AwayError. */
async function runAgents(followUp: Extract<FollowUp, { kind: 'run' }>, clone: Clone, context: CommandContext): Promise<number> {
  const { err } = context.output;
  const base = await newestCommit(clone, context);
  if (base === null) {
    err(`  nothing runs: ${clone.remote} has no branch ${plainLine(clone.branch)}\n`);
    return 3;
  }
  const agents = followUp.isForced ? await unpaused(followUp.agents, clone, context) : followUp.agents;
  if (followUp.isForced && agents.length === 0) {
    err('  nothing runs: paused\n');
    return 0;
  }
  return runCommand(runFlagsOf(agents, { base, ci: true, trigger: followUp.trigger, force: followUp.isForced }), context);
}

/** A forced run passes over what is remembered, but not over a pause, which is somebody's decision. */
async function unpaused(agents: readonly AgentId[], clone: Clone, context: CommandContext): Promise<readonly AgentId[]> {
  const { state } = await openHere(context, clone.branch);
  return (agents.length === 0 ? AGENT_IDS : agents).filter((agent) => pauseOf(state, agent, clone.branch, new Date()) === null);
}
