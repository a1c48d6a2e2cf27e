/** `agent list`: the agents and checks as they apply here, and why a check does not. */
import { catalog } from '../../agents/catalog.ts';
import { planChecks } from '../../agents/plan-checks.ts';
import { readProject } from '../../agents/read-project.ts';
import type { CommandContext } from '../command-context.ts';
import { agentsNamed } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { look } from '../run/look.ts';
import { loadRun } from '../run/prepare-run.ts';
import { runFlagsOf } from '../run-flags.ts';

interface ListedCheck {
  readonly check: string;
  readonly title: string;
  readonly applies: boolean;
  readonly why: string;
  readonly origin: 'repository' | 'bundled' | null;
  readonly fixes: boolean;
}

interface ListedAgent {
  readonly agent: string;
  readonly summary: string;
  readonly enabled: boolean;
  readonly schedule: string;
  readonly timeZone: string;
  readonly priority: string;
  readonly checks: readonly ListedCheck[];
}

export async function listCommand(
  names: readonly string[],
  flags: { readonly json?: boolean; readonly base?: string },
  context: CommandContext,
): Promise<number> {
  const asked = agentsNamed(names);
  const { repository, base } = await look(context.cwd, { base: flags.base, workingTree: false });
  const { environment, version } = context;
  const { loaded, policy } = await loadRun({
    repository,
    base,
    flags: runFlagsOf([], {}),
    environment,
    ci: environment.github !== null,
    version,
  });
  const plan = await planChecks(policy, await readProject(repository, base));
  const agents = catalog
    .filter((agent) => asked.includes(agent.id))
    .map((agent): ListedAgent => {
      const configured = policy.agents.find((one) => one.id === agent.id);
      const settings = loaded.config.agents[agent.id];
      const { id, summary } = agent;
      const { schedule, priority } = configured ?? agent;
      const checks = (configured?.checks ?? []).map((check): ListedCheck => {
        const planned = [...plan.planned, ...plan.apart].find((one) => one.check === check && one.agents.includes(id));
        const when = check.isNightly === true ? `at night (${settings.nightly}): ` : '';
        const why =
          planned !== undefined
            ? `${when}${planned.detection.why}`
            : (plan.notApplicable.find((one) => one.check === check && one.agents.includes(id))?.why ?? '');
        return {
          check: check.id,
          title: check.title,
          applies: planned !== undefined,
          why,
          origin: planned?.detection.origin ?? null,
          fixes: check.fixer !== undefined,
        };
      });
      return { agent: id, summary, enabled: configured !== undefined, schedule, timeZone: settings.timeZone, priority, checks };
    });
  if (flags.json) context.output.out(`${JSON.stringify({ schemaVersion: 1, base, configuration: loaded.file, agents }, null, 2)}\n`);
  else context.output.out(agents.map((agent) => describe(agent, context)).join('\n'));
  return 0;
}

function describe(agent: ListedAgent, context: CommandContext): string {
  const { palette } = context.output;
  const zone = agent.timeZone === 'UTC' ? '' : ` ${agent.timeZone}`;
  const state = agent.enabled
    ? palette.dim(`${agent.schedule}${zone}, ${agent.priority}`)
    : palette.warn('turned off by the configuration');
  const lines = agent.checks.map((check) => {
    const sign = check.applies ? palette.good('✔') : palette.dim('-');
    const notes = [check.origin === 'bundled' ? 'brought by upkeep' : '', check.applies && check.fixes ? 'repairs' : ''].filter(
      (note) => note !== '',
    );
    const text = `${plainLine(check.check).padEnd(16)}  ${plainLine(check.why)}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
    return `  ${sign} ${check.applies ? text : palette.dim(text)}\n`;
  });
  return `${palette.strong(agent.agent)}  ${agent.summary}  ${state}\n${lines.join('')}`;
}
