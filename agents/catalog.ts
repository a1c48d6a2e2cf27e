import type { Agent } from './agent.ts';
import { architecture } from './architecture.ts';
import { backend } from './backend.ts';
import { devops } from './devops.ts';
import { docs } from './docs.ts';
import { frontend } from './frontend.ts';
import { qa } from './qa.ts';

/** The six agents, in the order in which they are shown. */
export const catalog: readonly Agent[] = [architecture, backend, frontend, devops, qa, docs];
