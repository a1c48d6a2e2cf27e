/** Commits as agents make them, in temporary repositories. */
import { autoMessage } from '../../agents/auto-message.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { TestRepository } from './git-repository.ts';

export interface AgentCommit {
  readonly sha: string;
  readonly runId: string;
}

/** Commits files in the name of an agent on the checked-out branch. */
export async function commitAs(repository: TestRepository, agent: AgentId, files: Readonly<Record<string, string>>): Promise<AgentCommit> {
  const runId = uuidv7(new Date());
  const base = await repository.head();
  const { message } = autoMessage({ agent, title: agent, runId, base, fixed: 1, files: Object.keys(files) });
  return { sha: await repository.commit(message, files), runId };
}

/** The same, but left waiting under refs/upkeep/suggest while the branch stays where it was. */
export async function suggestAs(repository: TestRepository, agent: AgentId, files: Readonly<Record<string, string>>): Promise<AgentCommit> {
  const before = await repository.head();
  const made = await commitAs(repository, agent, files);
  await repository.git('update-ref', `refs/upkeep/suggest/${agent}`, made.sha);
  await repository.git('reset', '-q', '--hard', before);
  return made;
}
