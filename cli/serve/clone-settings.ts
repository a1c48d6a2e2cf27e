/** What the configuration of a clone says, for people who look at it: each value with its origin, and what follows for the agents. */
import { catalog } from '../../agents/catalog.ts';
import type { ConfiguredAgent, RepositorySettings } from '../../dashboard/server/dashboard.ts';
import type { CommandContext } from '../command-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { valueAtPath } from '../config/value-at.ts';
import { explainError } from '../explain-error.ts';
import { loadSettings } from '../run/load-settings.ts';
import { openClone } from '../webhook/looked-after.ts';
import { newestKnown } from './clone-facts.ts';

export interface CloneSettingsPort {
  /** Of the newest commit of the branch that is looked after. Never rejects. */
  readonly of: (path: string) => Promise<RepositorySettings>;
}

/** Whoever asks again within it is answered the same. */
const FRESH_MS = 10_000;
const MOST_KEPT = 200;

export function cloneSettings(context: Pick<CommandContext, 'environment' | 'version' | 'debug'>): CloneSettingsPort {
  const known = new Map<string, { readonly at: number; readonly settings: Promise<RepositorySettings> }>();
  return {
    of(path) {
      const kept = known.get(path);
      if (kept !== undefined && performance.now() - kept.at < FRESH_MS) return kept.settings;
      if (known.size >= MOST_KEPT) known.clear();
      const settings = readSettings(path, context).catch((error: unknown): RepositorySettings => {
        return { values: [], agents: [], problem: explainError(error, context).message };
      });
      known.set(path, { at: performance.now(), settings });
      return settings;
    },
  };
}

async function readSettings(path: string, context: Pick<CommandContext, 'environment' | 'version'>): Promise<RepositorySettings> {
  const { environment, version } = context;
  const clone = await openClone({ ...context, cwd: path });
  const base = await newestKnown(clone);
  const { loaded } = await loadSettings({ repository: clone.checkout, base, flags: {}, environment, ci: true, version });
  const { config, origins } = loaded;
  const values = Object.entries(origins).map(([key, origin]) => ({ key, value: valueAtPath(config, key) ?? null, origin }));
  return { values, agents: configuredAgents(config), problem: null };
}

function configuredAgents(config: ResolvedConfig): ConfiguredAgent[] {
  return catalog.map((agent) => {
    const settings = config.agents[agent.id];
    const custom = Object.entries(config.customChecks).flatMap(([name, check]) => (check.agent === agent.id ? [name] : []));
    return {
      name: agent.id,
      triggers: settings.triggers ?? agent.triggers,
      checks: [...agent.checks.map(({ id }) => id), ...custom],
      cron: settings.schedule ?? agent.schedule,
      timeZone: settings.timeZone,
      priority: settings.priority ?? agent.priority,
    };
  });
}
