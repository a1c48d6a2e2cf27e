/** `agent run` in a job of GitHub Actions: what the command line leaves open is taken from the event. */
import { join } from 'node:path';
import type { AgentId, Trigger } from '../../ledger/outcome.ts';
import type { Environment } from '../environment.ts';
import type { RunFlags } from '../run-flags.ts';
import { ciContext, type CiContext, type PushRange } from './ci-context.ts';
import { readEventPayload } from './event-payload.ts';

export interface CiRun {
  /** The options, completed. */
  readonly flags: RunFlags;
  readonly trigger: Trigger;
  /** Whether nothing may leave but findings and a patch: neither the branch nor the ledger is pushed. */
  readonly isReadOnly: boolean;
  /** Branch whose history counts where none is checked out: the one that a pull request goes to. */
  readonly base: string | null;
  /** Commits that decide which agents are concerned; null: all are. */
  readonly range: PushRange | null;
  /** Folder for the patch files of a run that may not push, or null. */
  readonly patches: string | null;
  /** One sentence when nothing is to be done, else null. */
  readonly nothingFollows: string | null;
  readonly notes: readonly string[];
}

/** The run that these options ask for here. */
export function ciRun(flags: RunFlags, environment: Environment): CiRun {
  const { github } = environment;
  if (github === null || flags.workingTree) return asAsked(flags);
  const context = ciContext(github, readEventPayload(github.eventPath));
  const isExplicit = flags.agents.length > 0 || flags.force || flags.trigger !== undefined || flags.base !== undefined;
  const completed: RunFlags = {
    ...flags,
    agents: flags.agents.length > 0 ? flags.agents : context.inputs.agents,
    force: flags.force || context.inputs.force,
    due: flags.due || (context.isDueOnly && !isExplicit),
    delivery: context.isReadOnly && flags.delivery !== 'none' ? 'patch' : flags.delivery,
  };
  return {
    flags: completed,
    trigger: flags.trigger ?? (flags.due ? 'schedule' : context.trigger),
    isReadOnly: context.isReadOnly,
    base: context.isReadOnly ? context.base : null,
    range: isExplicit || completed.force ? null : context.range,
    patches: context.isReadOnly && github.temporaryFolder !== null ? join(github.temporaryFolder, 'upkeep-patches') : null,
    nothingFollows: isExplicit ? null : context.nothingFollows,
    notes: [...context.notes, ...notesOf(flags, context)],
  };
}

/** The agents that are asked at all. A pull request is asked about what it touches; the rest is the business of the branch that it goes to. */
export function askedOf<A extends { readonly id: AgentId }>(
  agents: readonly A[],
  { isReadOnly, nothingFollows }: CiRun,
  touched: ReadonlySet<AgentId> | null,
): readonly A[] {
  if (nothingFollows !== null) return [];
  return isReadOnly && touched !== null ? agents.filter(({ id }) => touched.has(id)) : agents;
}

function asAsked(flags: RunFlags): CiRun {
  const trigger = flags.trigger ?? (flags.due ? 'schedule' : 'manual');
  return { flags, trigger, isReadOnly: false, base: null, range: null, patches: null, nothingFollows: null, notes: [] };
}

function notesOf(flags: RunFlags, { event, isReadOnly, nothingFollows }: CiContext): string[] {
  const isRefused = isReadOnly && flags.delivery !== undefined && flags.delivery !== 'patch' && flags.delivery !== 'none';
  return [
    ...(nothingFollows === null ? [] : [`nothing to do: ${nothingFollows}`]),
    ...(isRefused ? [`--delivery ${flags.delivery} is not for the event ${event}: what was repaired is written as a patch`] : []),
  ];
}
