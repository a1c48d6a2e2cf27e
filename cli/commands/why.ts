/** `agent why`: explains one agent from what is remembered and what a run would do now. */
import { suggestRef } from '../../agents/delivery/own-refs.ts';
import { resolveRef } from '../../git/refs.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed, openHere } from '../here.ts';
import { runFlagsOf } from '../program.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { decide, loadRun } from '../run/prepare-run.ts';
import { UsageError } from '../usage-error.ts';
import { explainAgent } from '../why/explain-agent.ts';

export async function whyCommand(
  name: string,
  flags: { readonly json?: boolean; readonly branch?: string },
  context: CommandContext,
): Promise<number> {
  const agent = agentNamed(name);
  const here = await openHere(context, flags.branch);
  const { repository, state, branch } = here;
  const base = flags.branch === undefined ? repository.head : await resolveRef(repository, `refs/heads/${flags.branch}`);
  if (base === null)
    throw new UsageError(flags.branch === undefined ? `${branch} has no commit yet` : `there is no branch ${JSON.stringify(flags.branch)}`);
  const { environment, version } = context;
  const now = new Date();
  const runFlags = runFlagsOf([], {});
  const run = await loadRun({ repository, base, flags: runFlags, environment, ci: environment.github !== null, version });
  const { decisions, runKeys } = await decide({ repository, base, branch, run, state, flags: runFlags, trigger: 'manual', version, now });
  const explanations = explainAgent({
    agent,
    branch,
    state,
    decision: decisions.find((decision) => decision.agent.id === agent) ?? null,
    key: runKeys.keys[agent] ?? null,
    waiting: await resolveRef(repository, suggestRef(agent)),
    threshold: run.loaded.config.scheduler.escalation.threshold,
    now,
  });
  const { out, palette } = context.output;
  if (flags.json) out(`${JSON.stringify({ schemaVersion: 1, agent, branch, base, explanations }, null, 2)}\n`);
  else {
    out(`${palette.strong(agent)} on ${plainLine(branch)}\n`);
    for (const { heading, sentences } of explanations) {
      out(`${palette.strong(`${heading}:`)}\n${sentences.map((sentence) => `  ${plainLine(sentence)}\n`).join('')}`);
    }
  }
  return 0;
}
