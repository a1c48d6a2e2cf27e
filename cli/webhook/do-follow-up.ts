/** Does what follows from a trigger, in the clone at hand. */
import { createRedactor } from '../../agents/tools/redact.ts';
import { fetchCommits } from '../../git/remote.ts';
import type { CommentTrigger, WebhookTrigger } from '../../github/webhooks/trigger.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { pauseOf } from '../../ledger/state.ts';
import type { CommandContext } from '../command-context.ts';
import { answerComment } from '../comment/answer-comment.ts';
import { describeEnd } from '../comment/describe-end.ts';
import { runCommand } from '../commands/run.ts';
import { githubAccess } from '../github/github-access.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { openHere } from '../here.ts';
import { runFlagsOf } from '../program.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { secretValues } from '../run/secret-values.ts';
import type { FollowUp } from './follow-up.ts';
import type { Clone } from './looked-after.ts';

export interface FollowUpRequest {
  readonly trigger: WebhookTrigger;
  readonly followUp: FollowUp;
  readonly clone: Clone;
  readonly context: CommandContext;
}

/** The exit code of what is done. Throws GitHubError, UsageError, ConfigError, GitError, LedgerError and BusyError. */
export async function doFollowUp({ trigger, followUp, clone, context }: FollowUpRequest): Promise<number> {
  if (followUp.kind === 'run') return runAgents(followUp, clone, context);
  if (followUp.kind === 'nothing' || trigger.kind !== 'comment') return 0;
  return answer(trigger, context, { remoteAddress: clone.remoteAddress, page: null });
}

/** Runs agents on the newest commit of the branch and returns the exit code of the run; 3 when that commit could not be fetched. */
async function runAgents(followUp: Extract<FollowUp, { kind: 'run' }>, clone: Clone, context: CommandContext): Promise<number> {
  const { err } = context.output;
  const base = await newestCommit(clone, context);
  if (base === null) return 3;
  const agents = followUp.isForced ? await unpaused(followUp.agents, clone, context) : followUp.agents;
  if (followUp.isForced && agents.length === 0) {
    err('  nothing runs: paused\n');
    return 0;
  }
  return runCommand(runFlagsOf(agents, { base, ci: true, trigger: followUp.trigger, force: followUp.isForced }), context);
}

/** Carries the commands out, answers, and runs what they ask for. Throws GitHubError, ConfigError and LedgerError. */
export async function answer(
  trigger: CommentTrigger,
  context: CommandContext,
  about: { remoteAddress: string | null; page: string | null },
): Promise<number> {
  const { environment, version, output } = context;
  const redact = createRedactor(secretValues(environment.variables));
  const access = githubAccess({ environment, remoteUrl: about.remoteAddress, version, redact });
  if (access.kind === 'none') {
    output.err(`  the comment cannot be answered: ${access.reason}\n`);
    return 3;
  }
  const github = await access.open({ signal: context.signal });
  const end = await answerComment({ trigger, github, context, page: about.page });
  output.out(`  ${plainLine(describeEnd(end, trigger.author))}\n`);
  if (end.kind !== 'answered') return 0;
  if (end.run.length === 0) return end.unshared.length > 0 ? 3 : 0;
  return runCommand(runFlagsOf(end.run, { ci: true, trigger: 'comment', force: true }), context);
}

/** The end of the branch on the remote; without a remote, what is checked out. Null when the remote does not tell. */
async function newestCommit(clone: Clone, context: CommandContext): Promise<string | null> {
  const { checkout, branch, remote, remoteAddress } = clone;
  if (remoteAddress === null) return checkout.head;
  const auth = remoteAuth(context.environment, remoteAddress);
  const fetched = await fetchCommits({ repository: checkout, remote, branch, auth, signal: context.signal });
  if (fetched.ok && fetched.sha !== null) return fetched.sha;
  context.output.err(
    `  nothing runs: ${fetched.ok ? `${remote} has no branch ${plainLine(branch)}` : `${remote} could not be asked (${fetched.reason})`}\n`,
  );
  return null;
}

/** A forced run passes over what is remembered, but not over a pause, which is somebody's decision. */
async function unpaused(agents: readonly AgentId[], clone: Clone, context: CommandContext): Promise<readonly AgentId[]> {
  const { state } = await openHere(context, clone.branch);
  return (agents.length === 0 ? AGENT_IDS : agents).filter((agent) => pauseOf(state, agent, clone.branch, new Date()) === null);
}
