/** What the schema of OpenAPI cannot see: references that lead nowhere, operations of one name, parameters of paths. */
import { isMap } from './openapi-files.ts';
import type { ApiFile } from './openapi-files.ts';
import type { ReferenceGraph, Target } from './openapi-references.ts';
import type { YamlPath } from './yaml-document.ts';

/** What is wrong, and where. */
export interface ApiProblem {
  readonly path: string;
  readonly at: YamlPath;
  readonly rule: string;
  readonly message: string;
  /** Whether no program can read what is meant. */
  readonly isBroken?: true;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** What is wrong in a document and the files that it leads to. */
export function apiProblems(document: ApiFile, graph: ReferenceGraph): ApiProblem[] {
  const operations = operationsOf(document, graph);
  return [...unresolved(graph), ...sharedNames(operations), ...operations.flatMap((operation) => pathParameters(operation, graph))];
}

function unresolved(graph: ReferenceGraph): ApiProblem[] {
  return graph.references.flatMap(({ from, at, ref }): ApiProblem[] => {
    const target = graph.resolve(from, ref);
    if (target.kind !== 'missing') return [];
    return [{ path: from, at, rule: 'unresolved-ref', message: `“${ref}” leads nowhere: ${target.why}`, isBroken: true }];
  });
}

interface Operation {
  /** Of the template: `/pets/{id}`. */
  readonly template: string;
  readonly method: string;
  readonly path: string;
  readonly at: YamlPath;
  readonly value: Readonly<Record<string, unknown>>;
  /** Where it may have parameters: its own, and those of the whole path. */
  readonly parameters: readonly { readonly path: string; readonly at: YamlPath; readonly list: unknown }[];
}

function operationsOf(document: ApiFile, graph: ReferenceGraph): Operation[] {
  if (!isMap(document.data)) return [];
  return ['paths', 'webhooks'].flatMap((key) => {
    const items = (document.data as Record<string, unknown>)[key];
    if (!isMap(items)) return [];
    return Object.entries(items).flatMap(([template, value]) => {
      const item = landing({ kind: 'found', path: document.path, at: [key, template], value }, graph);
      if (item === null || !isMap(item.value)) return [];
      const { path, at, value: methods } = item;
      const shared = { path, at: [...at, 'parameters'], list: (methods as Record<string, unknown>)['parameters'] };
      return METHODS.flatMap((method): Operation[] => {
        const operation = (methods as Record<string, unknown>)[method];
        if (!isMap(operation)) return [];
        const own = { path, at: [...at, method, 'parameters'], list: operation['parameters'] };
        return [
          { template: key === 'paths' ? template : '', method, path, at: [...at, method], value: operation, parameters: [own, shared] },
        ];
      });
    });
  });
}

type Found = Extract<Target, { kind: 'found' }>;

/** Where references end; null where that is not known. */
function landing(target: Target, graph: ReferenceGraph): Found | null {
  let current = target;
  for (let steps = 0; steps < 20; steps += 1) {
    if (current.kind !== 'found') return null;
    const ref = isMap(current.value) ? current.value['$ref'] : undefined;
    if (typeof ref !== 'string') return current;
    current = graph.resolve(current.path, ref);
  }
  return null;
}

function sharedNames(operations: readonly Operation[]): ApiProblem[] {
  const named = operations.filter(({ value }) => typeof value['operationId'] === 'string');
  // One file may stand behind several paths.
  const places = new Map(named.map((operation) => [JSON.stringify([operation.path, operation.at]), operation]));
  return [...Map.groupBy(places.values(), ({ value }) => value['operationId'] as string)].flatMap(([name, [first, ...others]]) =>
    others.map(({ path, at }): ApiProblem => {
      const earlier = `${first?.method.toUpperCase() ?? ''} ${first?.template ?? ''}`.trim();
      return { path, at: [...at, 'operationId'], rule: 'operation-id', message: `The operationId “${name}” is that of ${earlier} as well` };
    }),
  );
}

function pathParameters({ template, method, path, at, parameters }: Operation, graph: ReferenceGraph): ApiProblem[] {
  if (template === '' || /[?#]/.test(template)) return [];
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  // Some servers know more than names between braces.
  if (!names.every((name) => /^[\w.-]+$/.test(name))) return [];
  const declared: { name: string; path: string; at: YamlPath }[] = [];
  for (const { path: file, at: above, list } of parameters) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) return [];
    for (const [index, value] of (list as unknown[]).entries()) {
      const place: Found = { kind: 'found', path: file, at: [...above, index], value };
      const parameter = landing(place, graph);
      // What cannot be looked into may be the one that is missing.
      if (parameter === null || !isMap(parameter.value) || typeof parameter.value['in'] !== 'string') return [];
      if (parameter.value['in'] === 'path') declared.push({ name: String(parameter.value['name']), path: file, at: place.at });
    }
  }
  const operation = `${method.toUpperCase()} ${template}`;
  return [
    ...[...new Set(names)]
      .filter((name) => !declared.some((each) => each.name === name))
      .map((name): ApiProblem => ({ path, at, rule: 'path-parameter', message: `${operation} does not declare its parameter “${name}”` })),
    ...declared
      .filter(({ name }) => !names.includes(name))
      .map(({ name, ...place }): ApiProblem => ({
        ...place,
        rule: 'path-parameter',
        message: `${operation} declares “${name}”, which is not in its path`,
      })),
  ];
}
