/** Schedules as whoever looks after the repository has them: the service that is named, its own, else the configuration and the ledger. */
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import type { CommandContext } from '../command-context.ts';
import { findService } from '../serve/running-service.ts';

export interface ListedSchedules {
  readonly rows: readonly ListedSchedule[];
  readonly isServed: boolean;
}

/** `isOfAll`: of all repositories that the service looks after. Throws UsageError, ConfigError, GitError, DatabaseError and RemoteError. */
export async function listedSchedules(
  context: CommandContext,
  { now, isOfAll = false }: { readonly now: Date; readonly isOfAll?: boolean },
): Promise<ListedSchedules> {
  if (context.server !== null) {
    const [{ openRemote }, { remoteSchedules }] = await Promise.all([
      import('../remote/remote-service.ts'),
      import('../remote/remote-schedules.ts'),
    ]);
    return { rows: await remoteSchedules(openRemote(context.server, context), isOfAll), isServed: true };
  }
  await using service = await findService(context);
  if (service === null) {
    const { listHere, schedulesHere } = await import('./schedules-here.ts');
    return { rows: listHere(await schedulesHere(context), now), isServed: false };
  }
  const { listSchedules } = await import('../../prisma/schedule-list.ts');
  return { rows: await listSchedules(service.database.prisma, isOfAll ? null : [service.repositoryId]), isServed: true };
}
