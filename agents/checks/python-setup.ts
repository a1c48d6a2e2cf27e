/** Where a repository of Python says which tools it uses: at its root, in their own files, in pyproject.toml, or among its hooks of pre-commit. */
import type { Project } from '../project.ts';
import type { Detection } from './check.ts';

/** The tools of Python that are known. */
export type PythonTool = 'ruff' | 'black' | 'mypy' | 'pytest';

/** Marks of a tool that is set up: a file, and what stands in it (nothing: that it is there is enough). */
export type PythonMark = readonly [file: string, inside?: RegExp];

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

/** The first file that sets the tool up, or null. */
export async function pythonEvidence(project: Project, marks: readonly PythonMark[]): Promise<string | null> {
  for (const [file, inside] of marks) {
    if (project.has(file) && (inside === undefined || inside.test((await project.read(file)) ?? ''))) return file;
  }
  return null;
}

/** A check of Python applies where there is Python and its tool is set up. */
export async function detectPython(project: Project, tool: PythonTool, marks: readonly PythonMark[]): Promise<Detection> {
  if (pythonFiles(project).length === 0) return { applies: false, why: 'there is no Python' };
  const evidence = await pythonEvidence(project, marks);
  if (evidence === null) return { applies: false, why: `nothing at the root sets ${tool} up` };
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
