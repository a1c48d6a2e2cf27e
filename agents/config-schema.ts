/** The part of the configuration that agents/ owns: agents, checks, limits and how commits are delivered. */
import { z } from 'zod';
import { AGENT_IDS, DELIVERY_MODES, PRIORITIES, TRIGGERS, type AgentId } from '../ledger/outcome.ts';

/** A glob below the repository: relative, `/` as separator, never upwards. */
const pathPattern = z
  .string()
  .min(1)
  .max(1000)
  .refine((pattern) => isInsideRepository(pattern), 'a pattern inside the repository, such as "src/**" (relative, with /, without ..)');

const patterns = z.array(pathPattern).max(1000);
const seconds = z.int().min(1).max(86_400);
const argument = z
  .string()
  .max(10_000)
  .refine((text) => !text.includes('\0'), 'text without NUL characters');
const argv = z
  .tuple([argument.min(1)], argument)
  .describe('Program and arguments, one string each, such as ["npm", "run", "check"]; no shell reads them.');

const pathRules = z
  .strictObject({
    include: patterns.default([]).describe('Only paths that match one of these; empty: all.'),
    exclude: patterns.default([]).describe('Never paths that match one of these.'),
  })
  .prefault({});

const agentSettings = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the agent runs at all.'),
  schedule: z
    .string()
    .max(256)
    .nullable()
    .default(null)
    .describe('Cron expression of five fields, or six with the second first, or @daily and its kin; null: the default of the agent.'),
  timeZone: z.string().max(100).default('UTC').describe('Time zone of the schedule, such as "Europe/Berlin".'),
  nightly: z
    .string()
    .max(256)
    .default('0 2 * * *')
    .describe('Cron expression: when the checks run that go by time and not by content, such as end-to-end tests and advisories.'),
  triggers: z
    .array(z.enum(TRIGGERS))
    .nullable()
    .default(null)
    .describe('What may start the agent besides its schedule; null: the default of the agent.'),
  priority: z.enum(PRIORITIES).nullable().default(null).describe('Order in which commits are delivered; null: the default of the agent.'),
  paths: pathRules.describe('Which of its files the agent looks after.'),
  missed: z
    .enum(['latest', 'skip', 'all'])
    .default('latest')
    .describe('What a service does about slots that passed unseen: run once for the latest, for none, or for all of them (100 at most).'),
  missedHours: z.int().min(1).max(8760).default(24).describe('Slots older than this are not made up for, in hours.'),
  overlap: z
    .enum(['skip', 'queue', 'cancel'])
    .default('skip')
    .describe('What a service does about a slot while the agent is busy: drop it, let one wait, or cancel what is under way.'),
  jitterSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(0)
    .describe('A service starts the agent later by up to so many seconds, always the same for one agent.'),
  labels: z.array(z.string().min(1).max(50)).max(20).default([]).describe('Names by which scheduler.labels bounds how many run at once.'),
});

const checkSettings = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the check runs at all.'),
  severity: z
    .enum(['error', 'warning', 'off'])
    .nullable()
    .default(null)
    .describe('Severity that all its findings get; off turns the check off; null: as found.'),
  rules: z
    .record(z.string().min(1).max(200), z.enum(['error', 'warning', 'off']))
    .default({})
    .describe('Severity of single rules by their name in the report, such as "no-user"; off drops their findings.'),
  timeoutSeconds: seconds.nullable().default(null).describe('Time limit of each of its tools; null: limits.toolTimeoutSeconds.'),
});

const findings = z
  .strictObject({
    format: z
      .enum(['sarif', 'json-lines', 'pattern', 'exit-code'])
      .default('exit-code')
      .describe('How the output is read: a SARIF document, one JSON object a line, a regular expression a line, or the exit code alone.'),
    pattern: z
      .string()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe(
        'For the format pattern: a regular expression with the named groups path, line, column, rule, severity, message; message is needed. Exit code 1 without any output means no findings, as grep ends.',
      ),
    severity: z.enum(['error', 'warning']).default('error').describe('Severity of findings that do not tell theirs.'),
  })
  .prefault({})
  .describe('How findings are read from the output.');

const customCheck = z.strictObject({
  agent: z.enum(AGENT_IDS).describe('The agent that runs the check.'),
  title: z.string().min(1).max(100).nullable().default(null).describe('Name that people see; null: its key.'),
  run: argv,
  fix: argv.nullable().default(null).describe('Program and arguments that repair what is safe to repair; null: none.'),
  paths: patterns.default(['**']).describe('Files that its result depends on; it runs when one of them changed.'),
  findings,
  needsDependencies: z.boolean().default(true).describe('Whether it needs the installed dependencies.'),
  timeoutSeconds: seconds.nullable().default(null).describe('Time limit; null: limits.toolTimeoutSeconds.'),
});

const checkId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a name in kebab-case, such as "license-headers"')
  .max(60);

const limits = z
  .strictObject({
    concurrency: z.int().min(1).max(256).nullable().default(null).describe('Tools that run at once; null: the number of cores.'),
    toolTimeoutSeconds: seconds.default(300).describe('Time limit of one tool; its whole process group is ended then.'),
    maxOutputMegabytes: z.int().min(1).max(1024).default(64).describe('Output of one tool; more ends it.'),
    runMinutes: z.int().min(1).max(1440).default(60).describe('Time limit of the whole run.'),
  })
  .prefault({})
  .describe('Bounds of a run.');

/** An entry for each agent, none of them needed. */
const agents = Object.fromEntries(AGENT_IDS.map((id) => [id, agentSettings.prefault({}).describe(`The ${id} agent.`)])) as Record<
  AgentId,
  z.ZodPrefault<typeof agentSettings>
>;

export const deliveryMode = z
  .enum(DELIVERY_MODES)
  .default('local')
  .describe(
    'How commits reach people: local moves the checked-out branch forward (default on a laptop), push sends them to the remote (default in CI), pull-request opens one for each agent, patch writes files, none keeps them under refs/upkeep/suggest.',
  );

export const agentsConfigShape = {
  agents: z.strictObject(agents).prefault({}).describe('Settings of each agent.'),
  checks: z
    .record(checkId, z.union([z.literal(false), checkSettings]))
    .default({})
    .describe('Settings of checks by their name as `agent list` shows it; false turns one off.'),
  customChecks: z.record(checkId, customCheck).default({}).describe("Checks of the repository's own, by name."),
  paths: z
    .strictObject({ exclude: patterns.default([]).describe('Paths that no agent looks at.') })
    .prefault({})
    .describe('Paths for all agents.'),
  dependencies: z
    .enum(['link', 'copy', 'install'])
    .default('link')
    .describe(
      'How the worktree of a run gets node_modules: link makes a folder with a link for each package, copy copies it, install installs from the lockfile.',
    ),
  install: z
    .boolean()
    .default(false)
    .describe('Whether dependencies may be installed from the lockfile when they are absent or out of step (default true in CI).'),
  strict: z.boolean().default(false).describe('Whether findings of tools that the repository did not set up are errors.'),
  allowWorkflowChanges: z.boolean().default(false).describe('Whether agents may change .github/**, hooks and their own configuration.'),
  limits,
};

/** Whether a glob can only match below the repository. */
function isInsideRepository(pattern: string): boolean {
  const path = pattern.replace(/^!/, '');
  if (path === '' || /^([/\\~]|[A-Za-z]:)/.test(path) || path.includes('\0')) return false;
  return !path.split(/[/\\{},()|]/).includes('..');
}
