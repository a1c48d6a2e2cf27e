/** Where a repository of Python says which tools it uses: at its root or in the folders of its projects, in their own files, in pyproject.toml, or among its hooks of pre-commit. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import type { Detection } from './check.ts';
import { pythonRoots } from './python-roots.ts';
import type { PythonMark } from './python-roots.ts';

/** The tools of Python that are known. */
export type PythonTool = 'ruff' | 'black' | 'mypy' | 'pytest';

const SETUP = ['pyproject.toml', 'setup.cfg', 'tox.ini', '.pre-commit-config.yaml', 'uv.lock', 'poetry.lock'];
const REQUIREMENTS = /^(requirements[\w.-]*|requirements\/[\w.-]+|dev-requirements)\.(txt|in)$/;
const READS =
  /\.(pyi?|toml|cfg|ini|pth)$|(^|\/)(\.gitignore|\.ignore|\.pre-commit-config\.yaml|(uv|poetry)\.lock|[\w.-]*requirements[\w.-]*\.(txt|in)|requirements\/[^/]+)$/;

/** Whether the result of a tool that reads Python can depend on the content of this path. */
export function readsPython(path: string): boolean {
  return READS.test(path);
}

/** Files of Python, types and all. */
export function pythonFiles(project: Project): string[] {
  return project.files.filter((path) => /\.pyi?$/.test(path));
}

/** A check of Python applies where there is Python and its tool is set up. */
export async function detectPython(project: Project, tool: PythonTool, marks: readonly PythonMark[]): Promise<Detection> {
  if (pythonFiles(project).length === 0) return { applies: false, why: 'there is no Python' };
  const [first, ...others] = await pythonRoots(project, marks);
  if (first === undefined) return { applies: false, why: `nothing at the root or in a folder of a project sets ${tool} up` };
  const more = others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'folder' : 'folders'}`;
  const evidence = `${posix.join(first.dir, first.evidence)}${more}`;
  return {
    ...{ applies: true, why: `${evidence} with ${tool}`, origin: 'repository', needsDependencies: false },
    reads: readsPython,
    seesEveryPath: true,
  };
}

/** Marks of a hook of pre-commit. */
export function hook(id: string): PythonMark {
  return ['.pre-commit-config.yaml', new RegExp(String.raw`^\s*-?\s*id:\s*['"]?${id}['"]?\s*(#.*)?$`, 'm')];
}

const MIRRORS: Readonly<Record<PythonTool, string>> = {
  ruff: 'ruff-pre-commit',
  black: String.raw`(?:psf/black|black-pre-commit-mirror)`,
  mypy: 'mirrors-mypy',
  pytest: '(?!)',
};

/** The versions that the repository asks for exactly; none where it leaves that open. */
export async function pinnedVersions(project: Project, tool: PythonTool): Promise<ReadonlySet<string>> {
  const files = [...SETUP.filter((path) => project.has(path)), ...project.files.filter((path) => REQUIREMENTS.test(path))];
  const texts = (await Promise.all(files.map((path) => project.read(path)))).join('\n');
  const patterns = [
    new RegExp(String.raw`(?:^|["'\s])${tool}(?:\[[\w,-]+\])?\s*===?\s*([\d.]+\d)`, 'gm'),
    new RegExp(String.raw`${MIRRORS[tool]}(?:\.git)?['"]?\s*\n\s*rev:\s*['"]?v?([\d.]+\d)`, 'g'),
    new RegExp(String.raw`^name = "${tool}"\nversion = "([\d.]+\d)"`, 'gm'),
  ];
  return new Set(patterns.flatMap((pattern) => [...texts.matchAll(pattern)].map(([, version = '']) => version)));
}
