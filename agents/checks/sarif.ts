/** Reads SARIF 2.1.0, the exchange format of static analysers. */
import { fileURLToPath } from 'node:url';
import { placeOf } from './tool-finding.ts';
import type { ToolFinding, ToolFindings } from './tool-finding.ts';

type Json = Record<string, unknown>;

/** The results of all runs of a SARIF document; suppressed ones and those that are no problem are left out. */
export function readSarif(text: string): ToolFindings {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  if (!isObject(document) || !Array.isArray(document['runs'])) return { ok: false, problem: 'it is JSON without the "runs" of SARIF' };
  const findings: ToolFinding[] = [];
  for (const run of document['runs'] as unknown[]) {
    if (!isObject(run)) return { ok: false, problem: 'one of its runs is no object' };
    const failure = failedInvocation(run);
    if (failure !== null) return { ok: false, problem: failure };
    const rules = rulesOf(run);
    for (const result of listOf(run['results'])) {
      if (!isObject(result)) return { ok: false, problem: 'one of its results is no object' };
      if (isNoProblem(result)) continue;
      findings.push(findingOf(result, rules, run));
    }
  }
  return { ok: true, findings };
}

/** A tool that says itself that it failed has not found nothing. */
function failedInvocation(run: Json): string | null {
  for (const invocation of listOf(run['invocations'])) {
    if (!isObject(invocation) || invocation['executionSuccessful'] !== false) continue;
    // Linters call it unsuccessful when they merely found something.
    if (listOf(run['results']).length > 0) continue;
    const notice = listOf(invocation['toolExecutionNotifications']).find(isObject);
    return `the tool reports that it failed${notice === undefined ? '' : `: ${messageOf(notice['message'], {})}`}`;
  }
  return null;
}

function isNoProblem(result: Json): boolean {
  if (listOf(result['suppressions']).some((one) => isObject(one) && (one['status'] ?? 'accepted') === 'accepted')) return true;
  if (result['baselineState'] === 'absent') return true;
  return ['pass', 'notApplicable', 'informational', 'open'].includes(textOf(result['kind'])) || result['level'] === 'none';
}

function findingOf(result: Json, rules: readonly Json[], run: Json): ToolFinding {
  const reference = object(result['rule']);
  const rule =
    rules[numberOf(result['ruleIndex'] ?? reference['index'])] ??
    rules.find((one) => one['id'] === (result['ruleId'] ?? reference['id'])) ??
    {};
  const location = object(object(listOf(result['locations'])[0])['physicalLocation']);
  const region = object(location['region']);
  const id = result['ruleId'] ?? reference['id'] ?? rule['id'];
  const level = result['level'] ?? object(rule['defaultConfiguration'])['level'];
  return {
    path: pathOf(object(location['artifactLocation']), run),
    line: placeOf(region['startLine']),
    column: placeOf(region['startColumn']),
    rule: typeof id === 'string' ? id : null,
    // SARIF says "warning" where nothing is said; we leave that to whoever set the tool up.
    severity: level === 'error' ? 'error' : typeof level === 'string' ? 'warning' : null,
    message: messageOf(result['message'], rule),
  };
}

function messageOf(value: unknown, rule: Json): string {
  const message = object(value);
  const template =
    message['text'] ?? object(object(rule['messageStrings'])[textOf(message['id'])])['text'] ?? object(rule['shortDescription'])['text'];
  if (typeof template !== 'string') return typeof message['markdown'] === 'string' ? message['markdown'] : '';
  const words = listOf(message['arguments']);
  return words.length === 0 ? template : template.replace(/\{(\d{1,3})\}/g, (whole, at: string) => textOf(words[Number(at)]) || whole);
}

/** The path of an artifact: its own, or the one it points at by index; addresses are decoded, bases of the repository put in front. */
function pathOf(artifact: Json, run: Json): string | null {
  const own = artifact['uri'] === undefined ? object(object(listOf(run['artifacts'])[numberOf(artifact['index'])])['location']) : artifact;
  const uri = own['uri'];
  if (typeof uri !== 'string' || uri === '') return null;
  const base = object(object(run['originalUriBaseIds'])[textOf(own['uriBaseId'])])['uri'];
  if (typeof base === 'string' && base.startsWith('file:') && !/^[a-z][a-z0-9+.-]*:/i.test(uri))
    return fromAddress(base.replace(/\/?$/, '/') + uri);
  return fromAddress(uri);
}

function fromAddress(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function rulesOf(run: Json): Json[] {
  const tool = object(run['tool']);
  return [tool['driver'], ...listOf(tool['extensions'])].flatMap((part) => listOf(object(part)['rules'])).map(object);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : -1;
}
