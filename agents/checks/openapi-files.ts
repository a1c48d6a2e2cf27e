/** Files that describe an HTTP interface, and the files that they refer to, as data with places. */
import { posix } from 'node:path';
import type { Node } from 'jsonc-parser';
import type { Project } from '../project.ts';
import { isForeign } from './bundled-files.ts';
import { plainMessage } from './check-report.ts';
import { readTextFile } from './read-text-file.ts';
import { parseYamlDocument } from './yaml-document.ts';
import type { YamlPath } from './yaml-document.ts';

/** A parsed file. */
export interface ApiFile {
  readonly path: string;
  readonly data: unknown;
  /** Line (1-based) of the key, or of the item of a list; of the nearest parent when it is not there. */
  lineOf(at: YamlPath): number;
}

/** Why a file is no data. */
export interface ApiFileProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const MAX_BYTES = 8 * 1024 * 1024;
const DATA = /\.(json|ya?ml)$/i;
const NAMED =
  /^([\w.-]*[._-])?(openapi|swagger|oas3?)([._-]?v?\d[\w.-]*|[._-](spec|doc|docs|schema|definition|public|internal|bundled?|merged)[\w.-]*)?\.(json|ya?ml)$/i;
const REDOCLY = /(^|\/)\.?redocly\.ya?ml$/;
/** Configurations of tools are called alike. */
const SETTINGS = /(config|generator|settings|options|templates?|ignore|rules(et)?|codegen|overlay)/i;
const MAYBE = /(^|\/)(openapi|swagger|oas)\/|(^|\/)(api|api-?docs?|api-?spec|spec)\.(json|ya?ml)$/i;
const PASSED_OVER = /(^|\/)(tests?|__tests__|__mocks__|mocks?|e2e|examples?|samples?|demos?|testing|benchmarks?|dist|build|out)\//i;
const KEY = /^(?:\{?[ \t]{0,4})["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?\d/m;

/** Paths of the documents: named by a configuration of Redocly, or by their names, or where those leave it open by their first lines. */
export async function apiDocuments(project: Project): Promise<string[]> {
  const sure = new Set([...project.files.filter(isApiName), ...(await namedByRedocly(project))]);
  const maybe = project.files.filter((path) => maybeApi(path) && !sure.has(path));
  const texts = await Promise.all(maybe.map((path) => project.read(path)));
  return [...sure, ...maybe.filter((_path, index) => looksLikeApi(texts[index] ?? ''))].sort();
}

/** What `root` names there, though Redocly itself may be fetched by npx and be no dependency. */
async function namedByRedocly(project: Project): Promise<string[]> {
  const configs = project.files.filter((path) => REDOCLY.test(path) && isOurs(path));
  const texts = await Promise.all(configs.map((path) => project.read(path)));
  return configs.flatMap((config, index) =>
    [...(texts[index] ?? '').matchAll(/^[ \t]+root:[ \t]*['"]?([^'"#\s]+)/gm)]
      .map(([, root = '']) => posix.join(posix.dirname(config), root))
      .filter((path) => isDataName(path) && project.has(path)),
  );
}

/** Whether its name says that the file describes an interface. */
function isApiName(path: string): boolean {
  const name = posix.basename(path);
  return NAMED.test(name) && !SETTINGS.test(name) && isOurs(path);
}

/** Whether only its content can say it. */
function maybeApi(path: string): boolean {
  return DATA.test(path) && MAYBE.test(path) && isOurs(path);
}

/** Whether a text names its version of OpenAPI or Swagger at the top, as far as that can be told without parsing it. */
function looksLikeApi(text: string): boolean {
  return KEY.test(text.replace(/^\uFEFF/, ''));
}

/** Whether the data is a document, and no part of one. */
export function isApiDocument(data: unknown): data is Readonly<Record<string, unknown>> {
  if (!isMap(data)) return false;
  return 'openapi' in data || 'swagger' in data || ('info' in data && 'paths' in data);
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a document or a part of one can stand in a file of this name. */
export function isDataName(path: string): boolean {
  return DATA.test(path);
}

function isOurs(path: string): boolean {
  return !isForeign(path) && !PASSED_OVER.test(path);
}

/** Reads a file; null when it is absent, no text, too large, or filled in by something else before anybody reads it. */
export async function readApiFile(root: string, path: string): Promise<ApiFile | ApiFileProblem | null> {
  const text = readTextFile(root, path, MAX_BYTES)?.replace(/^\uFEFF/, '') ?? null;
  if (text === null || /^\s*(\{%|\{\{|<%)|:\s+\{\{|\$\{\w+\}\s*:/m.test(text)) return null;
  return /\.json$/i.test(path) ? parseJson(path, text) : parseYaml(path, text);
}

async function parseYaml(path: string, text: string): Promise<ApiFile | ApiFileProblem> {
  const parsed = await parseYamlDocument(text, { merge: true });
  if ('data' in parsed) return { path, data: parsed.data, lineOf: (at) => parsed.lineOf(at) };
  const { line, column, message } = parsed[0] ?? { line: 1, column: 1, message: 'it is no YAML' };
  return { path, line, column, message: plainMessage(message) };
}

async function parseJson(path: string, text: string): Promise<ApiFile | ApiFileProblem> {
  const { parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: { error: number; offset: number; length: number }[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const [first] = errors;
  if (first !== undefined || tree === undefined) {
    const offset = first?.offset ?? 0;
    const column = offset - text.lastIndexOf('\n', offset - 1);
    return {
      path,
      line: lineAt(offset),
      column,
      message: `no JSON: ${inWords(first === undefined ? 'empty' : printParseErrorCode(first.error))}`,
    };
  }
  return {
    path,
    data: JSON.parse(text) as unknown,
    lineOf(at) {
      for (let length = at.length; length > 0; length -= 1) {
        const node = nodeAt(tree, at.slice(0, length));
        if (node !== undefined) return lineAt((node.parent?.type === 'property' ? node.parent : node).offset);
      }
      return lineAt(tree.offset);
    },
  };
}

function nodeAt(tree: Node, at: YamlPath): Node | undefined {
  return at.reduce<Node | undefined>(
    (node, key) =>
      node?.type === 'array'
        ? node.children?.[Number(key)]
        : node?.children?.find(({ children: [name] = [] }) => name?.value === String(key))?.children?.[1],
    tree,
  );
}

/** `PropertyNameExpected` as people write it. */
function inWords(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
