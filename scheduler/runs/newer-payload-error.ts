/** A run was asked for by a newer upkeep, in a way that this one would misread. */
import { PAYLOAD_VERSION, type ClaimedRun } from '../../prisma/runs/run-row.ts';

export class NewerPayloadError extends Error {
  override readonly name = 'NewerPayloadError';

  constructor({ id, agent, payloadVersion }: ClaimedRun) {
    super(
      `run ${id} of ${agent} was asked for by a newer upkeep (its payload has version ${payloadVersion}, and this upkeep knows ${PAYLOAD_VERSION}): it went back to the queue, for a service that knows it; update upkeep on this machine`,
    );
  }
}
