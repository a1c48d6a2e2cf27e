/** The input key: equal keys mean that a run would see exactly the same things. */
import { createHash } from 'node:crypto';
import type { TreeEntry } from '../git/tree.ts';
import type { AgentId } from '../ledger/outcome.ts';
import { isApart, type PlannedCheck } from './plan-checks.ts';
import { toolsCalled } from './tools/machine-tools.ts';

/** Everything besides the tree that a run's result depends on. */
export interface KeyContext {
  readonly upkeepVersion: string;
  /** Hash of the resolved configuration. */
  readonly configuration: string;
  /** Versions of the tools that are installed: name → version. */
  readonly tools: Readonly<Record<string, string>>;
  /** Programs of the machine: name → hash of the build. They count only where a check calls them, so that machines share all other keys. */
  readonly machineTools?: Readonly<Record<string, string>>;
  readonly strict: boolean;
  /** A run that only reports leaves the repairs to one that may make them. */
  readonly fix: boolean;
}

/** The key of an agent that has nothing to read in the tree. */
export const NOTHING_APPLIES = 'nothing-applies';

/** The key of what depends neither on the tree nor on the machine; with a tree id it finds remembered keys without reading the tree. */
export function contextKey(context: KeyContext): string {
  return hash([
    context.upkeepVersion,
    process.versions.node.split('.')[0] ?? '',
    context.configuration,
    JSON.stringify(Object.entries(context.tools).sort(([a], [b]) => (a < b ? -1 : 1))),
    String(context.strict),
    String(context.fix),
  ]);
}

/** One key an agent for the tree listed in `entries`. */
export function inputKeys(
  agents: readonly AgentId[],
  tree: { readonly entries: readonly TreeEntry[]; readonly planned: readonly PlannedCheck[]; readonly context: KeyContext },
): Record<string, string> {
  const context = contextKey(tree.context);
  const paths = hash(tree.entries.map((entry) => entry.path));
  return Object.fromEntries(
    agents.map((agent) => {
      // What does not depend on the tree has its own turn.
      const checks = tree.planned.filter(({ agents: listed, check }) => listed.includes(agent) && !isApart(check));
      if (checks.length === 0) return [agent, NOTHING_APPLIES];
      const seesPaths = checks.some((planned) => planned.detection.seesEveryPath === true);
      const parts = [agent, context, seesPaths ? paths : ''];
      for (const check of checks) parts.push(check.check.id);
      const called = toolsCalled(
        checks.map(({ check }) => check),
        tree.context.machineTools,
      );
      for (const [name, build] of Object.entries(called)) parts.push(`${name} ${build}`);
      for (const entry of tree.entries) {
        if (checks.some((planned) => planned.detection.reads(entry.path))) parts.push(entry.mode, entry.oid, entry.path);
      }
      return [agent, hash(parts)];
    }),
  );
}

function hash(parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}\n`);
  return sum.digest('hex').slice(0, 32);
}
