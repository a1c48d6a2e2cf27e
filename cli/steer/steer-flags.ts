/** Options of the commands that steer agents, and what follows from them. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { Decider } from '../../scheduler/steer/steer-events.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { personalOrigin } from '../here.ts';
import type { RunningService } from '../serve/running-service.ts';
import { UsageError } from '../usage-error.ts';

export interface SteerFlags {
  readonly reason?: string;
  /** Only on this branch. */
  readonly branch?: string;
  readonly shared?: boolean;
  /** Length of a pause: `30m`, `2h`, `3d`. */
  readonly for?: string;
  /** All repositories of the service. */
  readonly everything?: boolean;
  /** Waits for the ends of runs that are under way. */
  readonly afterRun?: boolean;
  /** Cancels runs that are under way. */
  readonly cancel?: boolean;
}

export function deciderOf(flags: SteerFlags, context: CommandContext): Decider {
  return {
    by: context.environment.person,
    reason: flags.reason ?? null,
    branch: flags.branch ?? null,
    origin: personalOrigin(context),
  };
}

/** The service that looks after the branch that is meant, or null. Throws DatabaseError. */
export async function serviceMeant(flags: Pick<SteerFlags, 'branch'>, context: CommandContext): Promise<RunningService | null> {
  const { findService } = await import('../serve/running-service.ts');
  const service = await findService(context);
  if (service === null || flags.branch === undefined || flags.branch === service.branch) return service;
  await service[Symbol.asyncDispose]();
  return null;
}

/** Throws UsageError for options that contradict each other. */
export function requireSense(agent: AgentId | null, { everything, branch }: SteerFlags): void {
  if (everything !== true) return;
  if (agent !== null) throw new UsageError('--everything is about all agents of all repositories: name no agent with it');
  if (branch !== undefined) throw new UsageError('--everything is about all branches: give no --branch with it');
}

/** Throws SteerError `no-service` for options that only a service can follow. */
export function requireService(flags: SteerFlags): void {
  const flag = flags.everything ? '--everything' : flags.afterRun ? '--after-run' : flags.cancel ? '--cancel' : null;
  if (flag === null) return;
  throw new SteerError(
    'no-service',
    `${flag} needs a service, and none looks after this repository${flags.branch === undefined ? '' : ` on ${flags.branch}`}: agent serve starts one; without it a pause holds for runs that begin after it`,
  );
}
