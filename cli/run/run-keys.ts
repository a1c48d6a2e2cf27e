/** Input keys of a commit: remembered ones when the tree was seen before, else read from the tree. */
import { createHash } from 'node:crypto';
import { contextKey, inputKeys } from '../../agents/input-key.ts';
import type { KeyContext } from '../../agents/input-key.ts';
import { recallKeys, rememberKeys } from '../../agents/key-memory.ts';
import { planChecks } from '../../agents/plan-checks.ts';
import { readProject } from '../../agents/read-project.ts';
import type { RunPolicy } from '../../agents/run-policy.ts';
import { toolVersions } from '../../agents/tools/resolve-tool.ts';
import type { Repository } from '../../git/repository.ts';
import type { KnownTree } from '../../ledger/known-tree.ts';
import type { ResolvedConfig } from '../config-schema.ts';

export interface RunKeys {
  readonly context: KeyContext;
  /** By agent. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface RunKeysRequest {
  readonly repository: Repository;
  readonly commit: string;
  readonly treeId: string;
  readonly config: ResolvedConfig;
  readonly version: string;
  readonly policy: RunPolicy;
  /** Trees that were looked at elsewhere. */
  readonly known?: readonly KnownTree[];
}

/** Keys of every enabled agent. */
export async function runKeys(request: RunKeysRequest): Promise<RunKeys> {
  const { repository, commit, treeId, config, policy } = request;
  const context: KeyContext = {
    upkeepVersion: request.version,
    configuration: createHash('sha256')
      .update(JSON.stringify(settingsOfContent(config)))
      .digest('hex'),
    tools: repository.root === null ? {} : toolVersions(repository.root),
    slots: {},
    strict: policy.strict,
    fix: policy.fix,
  };
  const id = contextKey(context);
  const recalled = recallKeys(repository.commonDir, treeId, id);
  if (recalled !== null) return { context, keys: recalled };
  const told = toldKeys(request, id);
  if (told !== null) {
    rememberKeys(repository.commonDir, { treeId, context: id, keys: told });
    return { context, keys: told };
  }
  const project = await readProject(repository, commit);
  const { planned } = await planChecks(policy, project);
  const keys = inputKeys(
    policy.agents.map((agent) => agent.id),
    { entries: project.entries, planned, context },
  );
  rememberKeys(repository.commonDir, { treeId, context: id, keys });
  return { context, keys };
}

/** The keys that somebody else noted for the same tree, made of all the same things. */
function toldKeys({ known = [], treeId, version, policy }: RunKeysRequest, context: string): Record<string, string> | null {
  const same = known.find((one) => one.tree === treeId && one.version === version && one.context === context);
  if (same === undefined) return null;
  const keys = Object.fromEntries(same.agents.map(({ agentId, key }) => [agentId, key]));
  return policy.agents.every(({ id }) => keys[id] !== undefined && keys[id] !== '') ? keys : null;
}

/** Settings that say when, how fast and where to: they change no finding, so CI and laptops, which differ in them, share their keys. */
const ABOUT_THE_RUN: readonly string[] = ['delivery', 'ledger', 'scheduler', 'install', 'limits'];
const ABOUT_THE_SCHEDULE: readonly string[] = ['schedule', 'timeZone', 'triggers', 'priority'];

function settingsOfContent(config: ResolvedConfig): Record<string, unknown> {
  const agents = Object.entries(config.agents).map(([id, settings]) => [id, without(settings, ABOUT_THE_SCHEDULE)] as const);
  return { ...without(config, ABOUT_THE_RUN), agents: Object.fromEntries(agents) };
}

function without(settings: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
