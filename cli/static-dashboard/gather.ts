/** What the pages show, from the ledger of a repository. */
import { basename } from 'node:path';
import { remoteUrl } from '../../git/remote-access.ts';
import { repositoryNameOf } from '../../github/repository-name.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { readEvents } from '../../ledger/read-events.ts';
import { agentStateOf, type Escalation, type FindingSummary, type RunSummary } from '../../ledger/state.ts';
import { statusOf, type AgentStatus } from '../commands/status.ts';
import type { Here } from '../here.ts';

export interface StaticFacts {
  /** `owner/name`, else the name of its folder. */
  readonly repository: string;
  /** Where its commits can be looked at; null: it is not on GitHub. */
  readonly webUrl: string | null;
  readonly branch: string;
  readonly madeAt: Date;
  readonly agents: readonly AgentFacts[];
  /** Newest first. */
  readonly events: readonly UpkeepEvent[];
}

export interface AgentFacts {
  readonly status: AgentStatus;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly findings: readonly FindingSummary[];
  readonly escalations: readonly Escalation[];
}

/** A run with its agent. */
export interface ListedRun extends RunSummary {
  readonly agent: AgentId;
}

const EVENTS = 500;

/** Reads what this clone knows of the ledger. */
export async function gather(here: Here, now: Date): Promise<StaticFacts> {
  const { repository, state, branch, ledger } = here;
  const address = await remoteUrl(repository, 'origin');
  const name = address === null ? null : repositoryNameOf(address);
  const events = await readEvents(ledger, { limit: EVENTS });
  return {
    repository: name === null ? basename(repository.root ?? repository.gitDir) : `${name.owner}/${name.repo}`,
    webUrl: name === null ? null : `https://${name.host}/${name.owner}/${name.repo}`,
    branch,
    madeAt: now,
    agents: AGENT_IDS.map((agent) => {
      const { runs, keys, escalations } = agentStateOf(state, agent, branch);
      const status = statusOf(agent, here, { running: false, waiting: new Map(), now });
      return { status, runs, findings: keys[0]?.findings ?? [], escalations: Object.values(escalations) };
    }),
    events: events.map(({ event }) => event),
  };
}

/** The runs of all agents, newest first. */
export function listedRuns({ agents }: StaticFacts): ListedRun[] {
  return agents
    .flatMap(({ status, runs }) => runs.map((run) => ({ ...run, agent: status.agent })))
    .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}
