import type { z } from 'zod';
import type { schedulerConfigShape } from './config-schema.ts';

/** How many at once, retries, escalation. */
export type SchedulerConfig = z.output<(typeof schedulerConfigShape)['scheduler']>;
