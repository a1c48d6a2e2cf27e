import type { z } from 'zod';
import type { deliveryTargetShape } from './config-schema.ts';

/** Where commits go: remote and branch. */
export type DeliveryTarget = z.output<z.ZodObject<typeof deliveryTargetShape>>;
