/** Which programs of the machine checks may call, and what tells one build of them from another. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';

/** Their names. */
export const MACHINE_TOOLS = [
  ...['black', 'go', 'gofmt', 'mypy', 'pytest', 'python3', 'ruff', 'shellcheck', 'shfmt', 'staticcheck', 'yamlfix', 'yamlfmt', 'yamllint'],
] as const;
export type MachineTool = (typeof MACHINE_TOOLS)[number];

/** Where they are looked for. */
export interface MachinePlace {
  /** The checkout, whose environment of Python comes first; null for a bare repository. */
  readonly root: string | null;
  /** PATH. */
  readonly path: string | undefined;
}

/** Installed by pip, started by a small script that is the same in every version. */
const OF_PYTHON: ReadonlySet<string> = new Set<MachineTool>(['black', 'mypy', 'pytest', 'ruff', 'yamlfix', 'yamllint']);
/** Compilers and linkers write what tells a build into its first bytes. */
const HEAD_BYTES = 4096;

/**
 * The tools that are there, each with a hash that is the same on every machine with the same build of it, wherever it is and whenever it
 * was installed: of its version where pip installed it, else of its size and its first bytes. No tool is started.
 */
export function machineToolHashes(place: MachinePlace): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [name, file] of found(place)) {
    const version = OF_PYTHON.has(name) ? installedVersion(name, file) : null;
    const build = version ?? buildOf(file);
    if (build !== null) hashes[name] = createHash('sha256').update(build).digest('hex').slice(0, 16);
  }
  return hashes;
}

/** Of these checks the programs that they may call: name → hash of the build, '' for one that is not there. */
export function toolsCalled(
  checks: readonly { readonly machineTools?: readonly MachineTool[] | undefined }[],
  hashes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = [...new Set(checks.flatMap(({ machineTools }) => machineTools ?? []))].sort();
  return Object.fromEntries(names.map((name) => [name, hashes[name] ?? '']));
}

/** Another text as soon as one of the named tools is another file; only for this machine, and only a few calls of the system. */
export function machineToolStamps(place: MachinePlace, names: readonly string[]): string {
  return found(place, names)
    .map(([name, file]) => {
      const { size, mtimeMs, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
      return `${name} ${file} ${size} ${mtimeMs} ${ino}`;
    })
    .join('\n');
}

function found({ root, path = '' }: MachinePlace, names: readonly string[] = MACHINE_TOOLS): (readonly [string, string])[] {
  const folders = [...new Set(path.split(delimiter).filter(isAbsolute))];
  const own = root === null ? [] : ['.venv', 'venv'].map((folder) => join(root, folder, 'bin'));
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return names.flatMap((name) => {
    const places = OF_PYTHON.has(name) ? [...own, ...folders] : folders;
    const file = places.map((folder) => join(folder, `${name}${suffix}`)).find(isProgram);
    return file === undefined ? [] : [[name, behindShim(file, root)] as const];
  });
}

function isProgram(path: string): boolean {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
  } catch {
    return false; // a folder that nobody may enter
  }
}

/** `black-24.1.0.dist-info`, beside the interpreter that the script starts. */
function installedVersion(name: string, file: string): string | null {
  try {
    const library = join(dirname(dirname(realpathSync(file))), 'lib');
    for (const python of readdirSync(library).filter((each) => each.startsWith('python3'))) {
      for (const packages of ['site-packages', 'dist-packages']) {
        const version = namesIn(join(library, python, packages)).find((each) => each.startsWith(`${name}-`) && each.endsWith('-info'));
        if (version !== undefined) return version;
      }
    }
    return null;
  } catch {
    return null; // no such folder, or one that nobody may enter
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What a shim of pyenv starts: the same script stands for all versions. */
function behindShim(file: string, root: string | null): string {
  const shims = dirname(file);
  if (basename(shims) !== 'shims') return file;
  for (const named of [...(root === null ? [] : [join(root, '.python-version')]), join(shims, '..', 'version')]) {
    try {
      const version = readFileSync(named, 'utf8').split('\n')[0]?.trim() ?? '';
      const program = join(shims, '..', 'versions', version, 'bin', basename(file));
      if (version !== '' && isProgram(program)) return program;
    } catch {
      // The next one holds.
    }
  }
  return file;
}

function buildOf(file: string): string | null {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      const length = readSync(handle, bytes);
      return `${statSync(file).size} ${bytes.toString('latin1', 0, length)}`;
    } finally {
      closeSync(handle);
    }
  } catch {
    return null; // it may be started and not read
  }
}
