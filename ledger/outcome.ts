/** The vocabulary of results. Imports nothing of ours. */

/** How a run of an agent, or one check of it, ended. */
export const OUTCOMES = ['passed', 'fixed', 'failed', 'errored', 'skipped', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why it ended so: one closed union for runs, checks and deliveries of work. */
export const REASONS = [
  // skipped
  'unchanged', // this input key already ended well
  'paused', // a person paused the agent
  'tripped', // the breaker is open and the key is not new
  'in-error', // retries are used up; `agent retry` brings it back
  'not-due', // its schedule has no slot since its last run
  'not-triggered', // the trigger is not one of the agent's
  'disabled', // the configuration turned it off
  'not-applicable', // nothing here that it could read
  'tool-missing', // a tool that nobody asked for is not on this machine
  // failed
  'errors-left', // findings of severity error are left
  // errored
  'dependencies-missing', // node_modules is absent or out of step and may not be installed
  'tool-crashed', // the tool ended without a result
  'tool-not-found', // a configured command does not exist
  'timeout', // its process group was ended at the time limit
  'output-limit', // it printed more than the limit
  'nonsense-output', // its output is not in the promised format
  'nothing-read', // an analyser that should have read files read none
  'network', // a remote did not answer
  'disk-full', // no space left
  'configuration', // the tool's or our configuration cannot be used
  'git', // git refused
  'internal', // a fault of ours
  // cancelled
  'interrupted', // Ctrl-C or SIGTERM
] as const;
export type Reason = (typeof REASONS)[number];

/** Reasons of an `errored` outcome that may pass by themselves: worth a retry. */
export const TRANSIENT_REASONS: ReadonlySet<Reason> = new Set(['timeout', 'network', 'disk-full', 'git']);

/** What asked for a run. */
export const TRIGGERS = ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** How a commit reaches people. */
export const DELIVERY_MODES = ['local', 'push', 'pull-request', 'patch', 'none'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

export const AGENT_IDS = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'] as const;
export type AgentId = (typeof AGENT_IDS)[number];

export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'] as const;
export type Priority = (typeof PRIORITIES)[number];
