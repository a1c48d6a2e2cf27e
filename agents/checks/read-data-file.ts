/** Reads configuration files of the repository as data. */
import { posix } from 'node:path';
import type { ParseError } from 'jsonc-parser';
import type { Project } from '../project.ts';
import type { RunTool } from '../tools/run-tool.ts';
import { crashOf, failureOf } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';

type Read = { readonly ok: true; readonly data: Record<string, unknown> } | { readonly ok: false; readonly failure: PartFailure };

const LOAD = `const { default: value } = await import(process.argv[1]); process.stdout.write(JSON.stringify(typeof value === 'function' ? await value() : value));`;

/** The object in a JSON (with comments), YAML, INI-free rc or JavaScript file; JavaScript is run in a child process. */
export async function readDataFile(
  path: string,
  source: { readonly project: Project; readonly root: string; readonly runTool: RunTool },
): Promise<Read> {
  if (/\.[cm]?[jt]s$/.test(path)) return readCode(path, source);
  const text = ((await source.project.read(path)) ?? '').replace(/^\uFEFF/, '');
  if (text.length > 1024 * 1024) return refuse(path, 'it is larger than 1 MiB');
  const data = /\.ya?ml$/.test(path) ? await parseYaml(text) : await parseJson(text, path);
  if (typeof data === 'string') return refuse(path, data);
  return { ok: true, data };
}

async function readCode(path: string, { root, runTool }: { root: string; runTool: RunTool }): Promise<Read> {
  const result = await runTool({ argv: [process.execPath, '--input-type=module', '-e', LOAD, '--', posix.join(root, path)], cwd: root });
  const failure = failureOf(result, path) ?? (result.exitCode === 0 ? null : crashOf(result.stderr, path));
  if (failure !== null) return { ok: false, failure };
  const data = await parseJson(result.stdout, path);
  return typeof data === 'string' ? refuse(path, data) : { ok: true, data };
}

async function parseJson(text: string, path: string): Promise<Record<string, unknown> | string> {
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  const data: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const first = errors[0];
  if (first !== undefined) {
    // An rc file may be YAML as well.
    if (!posix.extname(path)) return parseYaml(text);
    return `${printParseErrorCode(first.error)} in line ${text.slice(0, first.offset).split('\n').length}`;
  }
  return asObject(data);
}

async function parseYaml(text: string): Promise<Record<string, unknown> | string> {
  const { parse } = await import('yaml');
  try {
    return asObject(parse(text, { maxAliasCount: 100 }));
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'not YAML';
  }
}

function asObject(data: unknown): Record<string, unknown> | string {
  if (data === null || data === undefined) return {};
  return typeof data === 'object' && !Array.isArray(data) ? (data as Record<string, unknown>) : 'it holds no object';
}

function refuse(path: string, why: string): Read {
  return { ok: false, failure: { reason: 'configuration', hint: `${path} cannot be read: ${why}.` } };
}
