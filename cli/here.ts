/** The repository that a command works in, with what is remembered of it. */
import { isValidRefName, listRefs } from '../git/refs.ts';
import { openRepository, type Repository } from '../git/repository.ts';
import { uuidv7, type EventOrigin } from '../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';
import { lossSentence } from '../ledger/lost-refs.ts';
import { mendStore } from '../ledger/mend-store.ts';
import { readState } from '../ledger/read.ts';
import type { LedgerState } from '../ledger/state.ts';
import { openLedger, type Ledger } from '../ledger/store.ts';
import type { CommandContext } from './command-context.ts';
import { didYouMean } from './config/nearest-name.ts';
import { plainLine } from './reporters/plain-text.ts';
import { UsageError } from './usage-error.ts';

export interface Here {
  readonly repository: Repository;
  readonly ledger: Ledger;
  /** The shared history with this clone's own laid over it. */
  readonly state: LedgerState;
  /** The shared history alone. */
  readonly shared: LedgerState;
  /** The branch that is asked about; `HEAD` when it is detached. */
  readonly branch: string;
}

/** Opens the repository of `context.cwd` and reads its ledger as it is on this disk. Throws UsageError for a branch that nothing here knows. */
export async function openHere(context: CommandContext, branch?: string): Promise<Here> {
  const repository = await openRepository(context.cwd);
  if (branch !== undefined && !(await isValidRefName(`refs/heads/${branch}`)))
    throw new UsageError(`--branch ${JSON.stringify(branch)}: Git accepts no branch of that name`);
  const ledger = openLedger(repository.commonDir);
  const mended = await mendStore(ledger);
  if (mended !== null) context.output.err(`${plainLine(mended)}\n`);
  const { layered, shared, health } = await readState(ledger);
  const loss = mended === null ? lossSentence(ledger, { garbled: [], health }) : null;
  if (loss !== null) context.output.err(`${plainLine(loss)}\n`);
  if (branch !== undefined) await requireBranch(branch, repository, layered);
  return { repository, ledger, state: layered, shared, branch: branch ?? repository.branch ?? 'HEAD' };
}

/** A branch is known that is here, that a remote had at the last fetch, or of which agents remember something. */
async function requireBranch(branch: string, repository: Repository, state: LedgerState): Promise<void> {
  const remembered = Object.keys(state.agents).map((name) => name.slice(name.indexOf('@') + 1));
  if (branch === repository.branch || remembered.includes(branch)) return;
  const refs = [...(await listRefs(repository, 'refs/heads/')).keys(), ...(await listRefs(repository, 'refs/remotes/')).keys()];
  const names = refs.map((ref) => ref.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, ''));
  if (names.includes(branch)) return;
  const nearest = didYouMean(branch, [...new Set([...names.filter((name) => name !== 'HEAD'), ...remembered])]);
  throw new UsageError(`--branch ${JSON.stringify(branch)}: no such branch is known here${nearest}; git fetch brings those of the remote`);
}

/** The agents of these names; none: all of them. Throws UsageError with the nearest name. */
export function agentsNamed(names: readonly string[]): readonly AgentId[] {
  for (const name of names) if (!isAgentId(name)) throw noSuchAgent(name);
  return names.length === 0 ? AGENT_IDS : AGENT_IDS.filter((id) => names.includes(id));
}

/** The agent of this name. Throws UsageError with the nearest name. */
export function agentNamed(name: string): AgentId {
  if (!isAgentId(name)) throw noSuchAgent(name);
  return name;
}

/** Where the events of a person's command come from. */
export function personalOrigin(context: CommandContext): EventOrigin {
  const now = new Date();
  return { source: `laptop:${context.environment.person}`, correlationId: uuidv7(now), now: () => new Date() };
}

function isAgentId(name: string): name is AgentId {
  return (AGENT_IDS as readonly string[]).includes(name);
}

function noSuchAgent(name: string): UsageError {
  return new UsageError(`there is no agent ${JSON.stringify(name)}${didYouMean(name, AGENT_IDS)} (agents: ${AGENT_IDS.join(', ')})`);
}
