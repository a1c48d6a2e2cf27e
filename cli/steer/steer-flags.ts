/** Options of the commands that steer agents, and what follows from them. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { Decider } from '../../scheduler/steer/steer-events.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { personalOrigin } from '../here.ts';
import type { RunningService } from '../serve/running-service.ts';
import type { SteeringService } from './steering-service.ts';
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

/** A service that is steered. */
export interface MeantService extends AsyncDisposable {
  readonly service: SteeringService;
  /** Whether it looks after a clone of the repository at hand. */
  readonly isHere: boolean;
}

/** The one that is named, else the one that looks after the branch that is meant, or null. Throws DatabaseError, UsageError and RemoteError. */
export async function serviceMeant(
  flags: Pick<SteerFlags, 'branch' | 'everything'>,
  context: CommandContext,
): Promise<MeantService | null> {
  if (context.server !== null) return remoteService(context.server, flags, context);
  const service = await serviceHere(flags, context);
  if (service === null) return null;
  const { byDatabase } = await import('./by-database.ts');
  return { service: byDatabase(service, context), isHere: true, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** The service that looks after the repository at hand, on the branch that is meant, or null. Throws DatabaseError. */
export async function serviceHere({ branch }: Pick<SteerFlags, 'branch'>, context: CommandContext): Promise<RunningService | null> {
  const { findService } = await import('../serve/running-service.ts');
  const service = await findService(context);
  if (service === null || branch === undefined || branch === service.branch) return service;
  await service[Symbol.asyncDispose]();
  return null;
}

async function remoteService(
  address: string,
  { branch, everything = false }: Pick<SteerFlags, 'branch' | 'everything'>,
  context: CommandContext,
): Promise<MeantService> {
  const [{ openRemote }, { byApi }] = await Promise.all([import('../remote/remote-service.ts'), import('../remote/by-api.ts')]);
  const remote = openRemote(address, context);
  const repository = everything ? null : await remote.repository();
  if (branch !== undefined && repository !== null && branch !== repository.branch)
    throw new UsageError(`the service looks after ${repository.name} on ${repository.branch}, not on ${branch}`);
  return {
    service: byApi(remote, repository),
    isHere: repository?.isHere ?? false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
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
