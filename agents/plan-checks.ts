import type { AgentId } from '../ledger/outcome.ts';
import type { Check, Detection } from './checks/check.ts';
import type { Project } from './project.ts';
import type { RunPolicy } from './run-policy.ts';

/** A check that applies here, with the agents that listed it. */
export interface PlannedCheck {
  readonly check: Check;
  /** In catalogue order; the first one takes findings that nobody of them owns. */
  readonly agents: readonly AgentId[];
  readonly detection: Extract<Detection, { applies: true }>;
}

/** A check that does not apply, and why, in words for a person. */
export interface NotApplicable {
  readonly check: Check;
  readonly agents: readonly AgentId[];
  readonly why: string;
}

export interface CheckPlan {
  readonly planned: readonly PlannedCheck[];
  /** Those that are no part of the input key: of the night, or of the commits on the way. */
  readonly apart: readonly PlannedCheck[];
  readonly notApplicable: readonly NotApplicable[];
}

/** Asks every distinct check of the policy's agents once whether it applies to `project`. */
export async function planChecks(policy: RunPolicy, project: Project): Promise<CheckPlan> {
  const listed = new Map<Check, AgentId[]>();
  for (const agent of policy.agents) {
    for (const check of agent.checks) listed.set(check, [...(listed.get(check) ?? []), agent.id]);
  }
  const asked = await Promise.all(
    [...listed].map(async ([check, agents]) => {
      const detection: Detection =
        policy.checks[check.id]?.enabled === false
          ? { applies: false, why: 'the configuration turns it off' }
          : await check.detect(project);
      return { check, agents, detection };
    }),
  );
  const planned: PlannedCheck[] = [];
  const apart: PlannedCheck[] = [];
  const notApplicable: NotApplicable[] = [];
  for (const { check, agents, detection } of asked) {
    if (!detection.applies) {
      notApplicable.push({ check, agents, why: detection.why });
      continue;
    }
    const concerned = concernedAgents(agents, { detection, policy, project });
    const others = agents.filter((agent) => !concerned.includes(agent));
    (isApart(check) ? apart : planned).push({ check, agents: concerned, detection });
    if (others.length > 0) notApplicable.push({ check, agents: others, why: 'none of the files that it reads are theirs' });
  }
  return { planned, apart, notApplicable };
}

/** Whether something else than the tree decides when it runs. */
export function isApart({ isNightly, readsCommits }: Check): boolean {
  return isNightly === true || readsCommits === true;
}

/** What runs this time: the checks of the night only of agents whose turn it is, those of commits where it is known which are new. */
export function plannedNow(
  { planned, apart }: CheckPlan,
  { nightly, commitsSince }: Pick<RunPolicy, 'nightly' | 'commitsSince'>,
): PlannedCheck[] {
  const now = apart.map((each) => {
    const isNow = (agent: AgentId): boolean => (each.check.isNightly === true ? nightly.has(agent) : commitsSince !== null);
    return { ...each, agents: each.agents.filter(isNow) };
  });
  return [...planned, ...now.filter(({ agents }) => agents.length > 0)];
}

function concernedAgents(agents: readonly AgentId[], ask: Parameters<typeof agentsWithFiles>[1]): readonly AgentId[] {
  if (agents.length === 1) return agents;
  const { concerns } = ask.detection;
  const named = concerns === undefined ? [] : agents.filter((agent) => concerns.includes(agent));
  return named.length > 0 ? named : agentsWithFiles(agents, ask);
}

/** Who tells what is about the whole repository, and what is measured. */
export function mainAgent({ check, agents }: Pick<PlannedCheck, 'check' | 'agents'>): AgentId | undefined {
  const main = check.division?.main;
  return main !== undefined && agents.includes(main) ? main : agents[0];
}

/** Those of the agents that own a file which the shared check reads; the first one when nobody does. */
function agentsWithFiles(
  agents: readonly AgentId[],
  ask: { readonly detection: PlannedCheck['detection']; readonly policy: RunPolicy; readonly project: Project },
): readonly AgentId[] {
  const { detection, policy, project } = ask;
  const owners = new Set<AgentId>();
  for (const path of project.files) {
    if (owners.size === agents.length) break;
    const owner = policy.ownerOf(path);
    if (!owners.has(owner) && agents.includes(owner) && detection.reads(path) && !policy.isExcluded(path) && policy.looksAfter(owner, path))
      owners.add(owner);
  }
  return owners.size === 0 ? agents.slice(0, 1) : agents.filter((agent) => owners.has(agent));
}

/** Whether the result of the check can differ between two trees that differ in `changed`. */
export function isConcerned(planned: PlannedCheck, changed: readonly { readonly path: string; readonly status: string }[]): boolean {
  const { detection } = planned;
  const pathsDiffer = detection.seesEveryPath === true && changed.some((change) => change.status !== 'modified');
  return pathsDiffer || changed.some((change) => detection.reads(change.path));
}
