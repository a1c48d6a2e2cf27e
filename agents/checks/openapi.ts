/** Documents of OpenAPI and Swagger are valid by the official schema, where the repository has no linter for them. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted } from './bundled-files.ts';
import { plainMessage, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { apiDocuments, isApiDocument, isDataName, readApiFile } from './openapi-files.ts';
import type { ApiFile } from './openapi-files.ts';
import { ownApiLinter } from './openapi-linters.ts';
import type { ApiProblem } from './openapi-rules.ts';
import type { ApiVersion } from './openapi-schema.ts';
import { readsYaml } from './yaml-syntax.ts';
import type { YamlPath } from './yaml-document.ts';

/** Kinds of problems of one document that are told; the others are a number. */
const MOST_KINDS = 20;

/** The check `openapi`. */
export const openapi: Check = {
  id: 'openapi',
  title: 'OpenAPI documents',
  async detect(project) {
    const documents = await apiDocuments(project);
    if (documents.length === 0) return { applies: false, why: 'there is no document of OpenAPI or Swagger' };
    const linter = await ownApiLinter(project);
    if (linter !== null) return { applies: false, why: `your ${linter} judges the documents` };
    const why = `${counted(documents.length, 'document')}, the official schema`;
    return { applies: true, why, origin: 'bundled', needsDependencies: false, reads: isDataName };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const documents = await apiDocuments(context.project);
  const known = new Set(context.files);
  const drafts: FindingDraft[] = [];
  let read = 0;
  for (const path of documents.filter((each) => known.has(each))) {
    const file = await readApiFile(context.root, path);
    if (file === null) continue;
    if (!('data' in file)) {
      // The check of all YAML files tells it.
      if (readsYaml(path)) continue;
      read += 1;
      drafts.push({ ...file, rule: 'syntax', severity: 'error' });
    } else if (isApiDocument(file.data)) {
      read += 1;
      drafts.push(...(await draftsOf(file, context)));
    }
  }
  if (read === 0)
    return reportSkipped('not-applicable', 'No file is a document of OpenAPI or Swagger of at most 8 MiB that can be parsed.');
  // Several documents may lead to the same file.
  const told = [...new Map(drafts.map((draft) => [JSON.stringify([draft.path, draft.line, draft.rule, draft.message]), draft])).values()];
  told.sort((a, b) => (a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : (a.path ?? '') < (b.path ?? '') ? -1 : 1));
  return reportFindings({ id: 'openapi', context }, told);
}

async function draftsOf(document: ApiFile, context: CheckContext): Promise<FindingDraft[]> {
  const { openReferences } = await import('./openapi-references.ts');
  const { apiProblems } = await import('./openapi-rules.ts');
  const graph = await openReferences(document, context);
  const version = versionOf(document.data);
  const problems =
    version === null ? [unknownVersion(document)] : [...(await againstSchema(document, version)), ...apiProblems(document, graph)];
  return kindsOf(problems).map(({ problem: { path, at, rule, message, isBroken }, more }) => ({
    path,
    line: graph.files.get(path)?.lineOf(at) ?? 1,
    rule,
    severity: isBroken === true ? 'error' : context.bundledSeverity,
    message: plainMessage(`${message}${more}`),
    identity: message,
  }));
}

interface ProblemKind {
  readonly problem: ApiProblem;
  /** What else there is, in words. */
  readonly more: string;
}

/** What is the same mistake is told once a file, at its first place. */
function kindsOf(problems: readonly ApiProblem[]): ProblemKind[] {
  const kinds = [...Map.groupBy(problems, ({ path, rule, message }) => `${path}\0${rule}\0${message}`).values()];
  // Errors are never left out.
  const sorted = kinds.toSorted(([a], [b]) => Number(b?.isBroken === true) - Number(a?.isBroken === true));
  const shown = sorted.filter(([first], index) => index < MOST_KINDS || first?.isBroken === true);
  const left = sorted.length - shown.length;
  return shown.flatMap(([problem, ...others], index): ProblemKind[] => {
    if (problem === undefined) return [];
    const places = others.length === 0 ? '' : `, and ${counted(others.length, 'more place')} like it`;
    const unnamed = index === shown.length - 1 && left > 0 ? ` (${counted(left, 'other mistake')} in this document not told here)` : '';
    const end = places === '' && problem.message.endsWith('?') ? '' : '.';
    return [{ problem, more: `${places}${end}${unnamed}` }];
  });
}

function versionOf(data: unknown): ApiVersion | null {
  const { swagger, openapi: version } = data as Readonly<Record<string, unknown>>;
  if (swagger === '2.0' && version === undefined) return '2.0';
  const known = typeof version === 'string' ? /^(3\.[012])\.\d+/.exec(version)?.[1] : undefined;
  return (known as ApiVersion | undefined) ?? null;
}

function unknownVersion({ path, data }: ApiFile): ApiProblem {
  const { swagger, openapi: version } = data as Readonly<Record<string, unknown>>;
  const key = version === undefined && swagger !== undefined ? 'swagger' : 'openapi';
  const expected = key === 'swagger' ? `the text "2.0"` : 'a text such as "3.1.0", "3.0.3" or "3.2.0"';
  return {
    path,
    at: [key],
    rule: 'version',
    message: `“${key}” has to be ${expected}; without it no program knows how to read the document`,
  };
}

async function againstSchema({ path, data }: ApiFile, version: ApiVersion): Promise<ApiProblem[]> {
  const { dialectProblems, schemaProblems } = await import('./openapi-schema.ts');
  const isNew = version === '3.1' || version === '3.2';
  const ofSchemas = isNew && !(data as Record<string, unknown>)['jsonSchemaDialect'] ? schemasIn(data) : [];
  const problems = [
    ...schemaProblems(data, version),
    ...ofSchemas.flatMap(({ at, value }) => dialectProblems(value).map((problem) => ({ ...problem, at: [...at, ...problem.at] }))),
  ];
  return problems.map(({ at, message }) => ({ path, at, rule: 'schema', message: message.charAt(0).toUpperCase() + message.slice(1) }));
}

/** The outermost schemas of a document, each once. */
function schemasIn(data: unknown, at: YamlPath = []): { readonly at: YamlPath; readonly value: unknown }[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]: [string, unknown]) => {
    const here = [...at, Array.isArray(data) ? Number(key) : key];
    if (key.startsWith('x-') || ['example', 'examples', 'default', 'value'].includes(key)) return [];
    if (key === 'schema' && typeof value === 'object' && value !== null && !('$schema' in value)) return [{ at: here, value }];
    if (at.join('.') === 'components' && key === 'schemas' && typeof value === 'object' && value !== null)
      return Object.entries(value).map(([name, schema]: [string, unknown]) => ({ at: [...here, name], value: schema }));
    return schemasIn(value, here);
  });
}
