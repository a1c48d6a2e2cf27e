/** `agent why`: explains one agent from what is remembered and what a run would do now. */
import { listRefs, resolveRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { DatabaseError } from '../../prisma/database-error.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed, openHere } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { serviceHere } from '../steer/steer-flags.ts';
import { UsageError } from '../usage-error.ts';
import type { Explanation } from '../why/explain-agent.ts';
import { explainHere } from '../why/explain-here.ts';

export async function whyCommand(
  name: string,
  flags: { readonly json?: boolean; readonly branch?: string },
  context: CommandContext,
): Promise<number> {
  const agent = agentNamed(name);
  if (context.server !== null) {
    const [{ openRemote }, { remoteWhy }] = await Promise.all([import('../remote/remote-service.ts'), import('../remote/remote-why.ts')]);
    return remoteWhy(openRemote(context.server, context), agent, { flags, context });
  }
  const here = await openHere(context, flags.branch);
  const { repository, branch } = here;
  const base = flags.branch === undefined ? repository.head : await commitOf(repository, flags.branch);
  if (base === null)
    throw new UsageError(
      flags.branch === undefined
        ? `${branch} has no commit yet`
        : `--branch ${JSON.stringify(branch)}: agents remember it, but its commits are not here; git fetch brings those of the remote`,
    );
  const explanations = [...(await explainHere({ agent, here, base, context })), ...(await ofService(agent, branch, context))];
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

/** What a service says of it; one that cannot be asked keeps nobody from the rest. */
async function ofService(agent: AgentId, branch: string, context: CommandContext): Promise<readonly Explanation[]> {
  try {
    await using service = await serviceHere({ branch }, context);
    if (service === null) return [];
    const { explainInService } = await import('../why/explain-service.ts');
    return [await explainInService(agent, service)];
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return [{ heading: 'service', sentences: [`it cannot be asked: ${error.message}`] }];
  }
}

/** Of the branch here, else of a remote as it was at the last fetch. */
async function commitOf(repository: Repository, branch: string): Promise<string | null> {
  const here = await resolveRef(repository, `refs/heads/${branch}`);
  if (here !== null) return here;
  const remotes = await listRefs(repository, 'refs/remotes/');
  return [...remotes].find(([ref]) => ref.replace(/^refs\/remotes\/[^/]+\//, '') === branch)?.[1] ?? null;
}
