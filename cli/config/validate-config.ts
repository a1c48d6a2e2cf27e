/** Validates layers and lays them over each other; loaded only when no validated result is cached. */
import { configJsonSchema, configSchema } from '../config-schema.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { ConfigLayer, ConfigObject, ConfigPath } from './config-layer.ts';
import { describeIssue, type PathProblem } from './describe-issue.ts';
import { mergeConfig, valueAt } from './merge-config.ts';
import { originsOf } from './origins.ts';
import type { ValidatedConfig } from './origins.ts';
import { mergedProblems, semanticProblems } from './semantic-problems.ts';

/** Lowest layer first. Throws ConfigError that names every problem. `extends` and `$schema` are left out of the result. */
export async function validateLayers(
  layers: readonly ConfigLayer[],
  knownChecks: () => Promise<readonly string[]>,
): Promise<ValidatedConfig> {
  const known = knownKeys(configJsonSchema());
  const customIds = layers.flatMap((layer) => Object.keys((layer.value['customChecks'] as ConfigObject | undefined) ?? {}));

  const problems: ConfigProblem[] = [];
  for (const layer of layers) {
    const found = schemaProblems(layer.value, known).filter((problem) => !problem.isMissing);
    found.push(...(await semanticProblems(layer.value, knownChecks)).filter((problem) => !isOwnCheck(problem, customIds)));
    problems.push(...found.map((problem) => placed(problem, [layer])));
  }
  if (problems.length > 0) throw new ConfigError(unique(problems));

  const merged = layers.reduce<ConfigObject>((lower, layer) => mergeConfig(lower, layer.value), {});
  const late = [...schemaProblems(merged, known), ...mergedProblems(merged)];
  if (late.length > 0) throw new ConfigError(unique(late.map((problem) => placed(problem, layers))));

  const { $schema: _schema, extends: _extends, ...config } = configSchema.parse(merged);
  return { config, origins: originsOf(config, layers) };
}

/** `checks.x` may name a custom check that another layer defines. */
function isOwnCheck(problem: PathProblem, customIds: readonly string[]): boolean {
  return problem.path[0] === 'checks' && problem.path.length === 2 && customIds.includes(String(problem.path[1]));
}

function schemaProblems(value: ConfigObject, known: (path: ConfigPath) => readonly string[]): PathProblem[] {
  const result = configSchema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => describeIssue(issue, value, known));
}

/** Gives a problem the line of its key or value, or of the nearest parent that stands in a file. */
function placed(problem: PathProblem, layers: readonly ConfigLayer[]): ConfigProblem {
  for (let length = problem.path.length; length > 0; length--) {
    const path = problem.path.slice(0, length);
    const layer = layers.findLast((one) => valueAt(one.value, path) !== undefined);
    if (!layer) continue;
    const position = layer.locate(path, length < problem.path.length ? 'key' : problem.part);
    return { source: layer.source, line: position?.line ?? null, column: position?.column ?? null, message: problem.message };
  }
  const last = layers.findLast((layer) => layer.locate([], 'value') !== null) ?? layers.at(-1);
  const position = last?.locate([], 'value') ?? null;
  return {
    source: last?.source ?? 'configuration',
    line: position?.line ?? null,
    column: position?.column ?? null,
    message: problem.message,
  };
}

function unique(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()].slice(0, 20);
}

/** Reads the known keys at a path from the JSON Schema. */
function knownKeys(schema: unknown): (path: ConfigPath) => readonly string[] {
  return (path) => {
    let nodes = alternatives(schema);
    for (const key of path) nodes = nodes.flatMap((node) => alternatives(stepInto(node, key)));
    return nodes.flatMap((node) => Object.keys((node['properties'] as ConfigObject | undefined) ?? {}));
  };
}

type SchemaNode = Readonly<Record<string, unknown>>;

function stepInto(node: SchemaNode, key: string | number): unknown {
  const properties = node['properties'] as Record<string, unknown> | undefined;
  if (typeof key === 'number') return node['items'];
  return properties && Object.hasOwn(properties, key) ? properties[key] : node['additionalProperties'];
}

function alternatives(node: unknown): SchemaNode[] {
  if (typeof node !== 'object' || node === null) return [];
  const schema = node as SchemaNode;
  return [schema, ...((schema['anyOf'] as unknown[] | undefined) ?? []).flatMap((one) => alternatives(one))];
}
