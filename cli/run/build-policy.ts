/** Turns the resolved configuration and the flags into what the engine works by. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import picomatch from 'picomatch';
import type { Agent } from '../../agents/agent.ts';
import { catalog } from '../../agents/catalog.ts';
import { createCustomCheck } from '../../agents/checks/custom.ts';
import { ownerOf } from '../../agents/ownership.ts';
import { isProtectedPath } from '../../agents/protected-paths.ts';
import type { CheckPolicy, RunPolicy } from '../../agents/run-policy.ts';
import { retryDelayMs } from '../../scheduler/retry-delay.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { ResolvedConfig } from '../config-schema.ts';

/** What `agent init` made out of our sources: nobody here is to repair it. */
const OWN_FILES = '.github/upkeep/**';

/** Facts that are not in the configuration. */
export interface PolicySurroundings {
  readonly commonDir: string;
  readonly fix: boolean;
  readonly strict: boolean;
  readonly install: boolean;
  readonly concurrency: number | null;
  /** Whether somebody else tries again what could not be carried out: then it is not tried again here. Default: false. */
  readonly isRetried?: boolean;
  /** `customChecks.x.run` → `agent.config.json:12:14`: where values come from, so that an error can name the place. */
  readonly origins: Readonly<Record<string, string>>;
}

/** The validated configuration as a policy; nothing in it can fail. */
export function buildPolicy(config: ResolvedConfig, around: PolicySurroundings): RunPolicy {
  const isExcluded = matcher([OWN_FILES, ...config.paths.exclude]);
  const rules = new Map(catalog.map(({ id }) => [id, pathRule(config.agents[id].paths)]));
  return {
    agents: configuredAgents(config, around.origins),
    nightly: new Set(),
    commitsSince: null,
    strict: around.strict || config.strict,
    fix: around.fix,
    concurrency: around.concurrency ?? config.limits.concurrency ?? availableParallelism(),
    toolTimeoutMs: config.limits.toolTimeoutSeconds * 1000,
    maxOutputBytes: config.limits.maxOutputMegabytes * 1024 * 1024,
    dependencies: {
      how: config.dependencies,
      mayInstall: around.install || config.install,
      cache: join(around.commonDir, 'upkeep', 'cache', 'dependencies'),
    },
    checks: checkPolicies(config),
    isExcluded,
    ownerOf,
    looksAfter: (agent, path) => rules.get(agent)?.(path) ?? true,
    mayChange: (path) => config.allowWorkflowChanges || !isProtectedPath(path),
    retryDelayMs: (attempt) =>
      retryDelayMs(attempt, {
        limit: around.isRetried === true ? 0 : config.scheduler.retry.limit,
        maxMs: config.scheduler.retry.maxSeconds * 1000,
        random: Math.random,
      }),
  };
}

/** The six agents with the repository's settings and custom checks, without those that are turned off. */
function configuredAgents(config: ResolvedConfig, origins: PolicySurroundings['origins']): Agent[] {
  return catalog
    .filter((agent) => config.agents[agent.id].enabled)
    .map((agent) => {
      const settings = config.agents[agent.id];
      return {
        ...agent,
        schedule: settings.schedule ?? agent.schedule,
        priority: settings.priority ?? agent.priority,
        triggers: settings.triggers ?? agent.triggers,
        checks: [...agent.checks, ...customChecks(config, agent.id, origins)],
      };
    });
}

function customChecks(
  config: ResolvedConfig,
  agent: AgentId,
  origins: PolicySurroundings['origins'],
): ReturnType<typeof createCustomCheck>[] {
  return Object.entries(config.customChecks)
    .filter(([, definition]) => definition.agent === agent)
    .map(([id, definition]) => {
      const placeOf = (key: 'run' | 'fix'): string => origins[`customChecks.${id}.${key}`] ?? 'the configuration';
      return createCustomCheck({ id, ...definition, places: { run: placeOf('run'), fix: placeOf('fix') } });
    });
}

function checkPolicies(config: ResolvedConfig): Record<string, CheckPolicy> {
  return Object.fromEntries(
    Object.entries(config.checks).map(([id, settings]): [string, CheckPolicy] => {
      if (settings === false) return [id, { enabled: false }];
      return [
        id,
        {
          enabled: settings.enabled && settings.severity !== 'off',
          ...(settings.severity === null ? {} : { severity: settings.severity }),
          rules: settings.rules,
          ...(settings.timeoutSeconds === null ? {} : { timeoutMs: settings.timeoutSeconds * 1000 }),
        },
      ];
    }),
  );
}

function pathRule(paths: { readonly include: readonly string[]; readonly exclude: readonly string[] }): (path: string) => boolean {
  const isIncluded = paths.include.length === 0 ? () => true : matcher(paths.include);
  const isExcluded = matcher(paths.exclude);
  return (path) => isIncluded(path) && !isExcluded(path);
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true });
}
