/** A delivery that asks before anything leaves: a run that somebody else has taken over must not deliver. */
import { Interrupted } from '../run-context.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryInstead } from './delivery.ts';

/** The same way, with `mayLeave` before each step that reaches people. Its attempts throw Interrupted when the answer is no. */
export function fencedDelivery(delivery: Delivery, mayLeave: () => Promise<boolean>): Delivery {
  const asking = async <End extends DeliveryAttempt | DeliveryEnd | DeliveryInstead>(step: () => Promise<End>): Promise<End> => {
    if (!(await mayLeave())) throw new Interrupted();
    const end = await step();
    return end.kind === 'instead' ? { ...end, delivery: fencedDelivery(end.delivery, mayLeave) } : end;
  };
  return {
    mode: delivery.mode,
    placement: delivery.placement,
    startingPoint: (base) => delivery.startingPoint(base),
    attempt: (step) => asking(() => delivery.attempt(step)),
    giveUp: (step) => asking(() => delivery.giveUp(step)),
    withhold: (step, refusal) => asking(() => delivery.withhold(step, refusal)),
  };
}
