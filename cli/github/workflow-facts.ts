/** The workflows of a commit, read as data: which checks they make and whether they can be started. */
import { listTree, readBlobs } from '../../git/tree.ts';
import type { GitDirectory } from '../../git/repository.ts';
import type { WorkflowFacts } from '../../github/start-checks.ts';

const FOLDER = '.github/workflows/';
const MOST_FILES = 100;
const MAX_BYTES = 512 * 1024;

/** What cannot be read as YAML has no checks. */
export async function workflowsAt(repository: GitDirectory, commit: string): Promise<WorkflowFacts[]> {
  const entries = (await listTree(repository, commit)).filter(
    ({ path, type }) => type === 'blob' && path.startsWith(FOLDER) && /^[^/]+\.ya?ml$/.test(path.slice(FOLDER.length)),
  );
  const wanted = entries.slice(0, MOST_FILES);
  const blobs = await readBlobs(
    repository,
    wanted.map(({ oid }) => oid),
  );
  const { parse } = await import('yaml');
  return wanted.flatMap(({ path, oid }) => {
    const bytes = blobs.get(oid);
    if (bytes === undefined || bytes.length > MAX_BYTES) return [];
    return factsOf(path.slice(FOLDER.length), bytes.toString('utf8'), (text) => parse(text, { maxAliasCount: 100 }) as unknown);
  });
}

function factsOf(file: string, text: string, parse: (text: string) => unknown): WorkflowFacts[] {
  let data: Map;
  try {
    data = mapOf(parse(text));
  } catch {
    return []; // no YAML: GitHub does not run it either
  }
  const on = data['on'];
  const names = typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(mapOf(on));
  const inputs = Object.values(mapOf(mapOf(mapOf(on)['workflow_dispatch'])['inputs'])).map(mapOf);
  const needsAnswer = inputs.some((input) => input['required'] === true && input['default'] === undefined);
  return [
    {
      file,
      checks: Object.entries(mapOf(data['jobs'])).map(([id, job]) => checkName(id, mapOf(job)['name'])),
      canBeStarted: names.includes('workflow_dispatch') && !needsAnswer,
      isOurs: /\.github\/upkeep\/|\b(?:agent|upkeep) run\b/.test(text) || /^agents\.ya?ml$/.test(file),
    },
  ];
}

function checkName(id: string, name: unknown): string {
  return typeof name === 'string' ? name.replaceAll('*', '').replace(/\$\{\{.*?\}\}/gs, '*') : id;
}

type Map = Readonly<Record<string, unknown>>;

function mapOf(value: unknown): Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Map) : {};
}
