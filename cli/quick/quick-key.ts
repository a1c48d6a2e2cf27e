/**
 * Everything that the answer of `agent run` can depend on when nothing is to be done, read from a few small files and
 * without a single git process: the arguments, the environment, HEAD, the ledger's tips, the tools, this program.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MachinePlace } from '../../agents/tools/machine-tools.ts';
import { toolVersions } from '../../agents/tools/resolve-tool.ts';
import { readHeadFiles } from '../../git/head-files.ts';
import type { Variables } from '../environment.ts';
import { unusedGitVariables } from '../unused-git-variables.ts';

/** Arguments whose meaning does not depend on time, other files or other output. */
const PLAIN_ARGUMENT =
  /^(run|architecture|backend|frontend|devops|qa|docs|--no-fix|--strict|--install|--delivery(=(local|push|patch|none))?|local|push|patch|none)$/;
const ENVIRONMENT = /^(UPKEEP_.*|NO_COLOR|FORCE_COLOR|TERM|USER|LOGNAME|USERNAME|GIT_.*|HOME|XDG_.*)$/;

const here = dirname(fileURLToPath(import.meta.url));

export interface QuickFacts {
  /** Arguments of the program. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly variables: Variables;
  readonly isTerminal: boolean | undefined;
}

export interface QuickKey {
  readonly root: string;
  readonly gitDir: string;
  /** Hex. */
  readonly key: string;
  /** Where programs of the machine are looked for, once it is known which of them count. */
  readonly machine: MachinePlace;
}

/** The key of this call, or null when the call or the repository is not of the plain kind. */
export function quickKey(facts: QuickFacts): QuickKey | null {
  const { argv, variables } = facts;
  if (argv[0] !== 'run' || !argv.every((argument) => PLAIN_ARGUMENT.test(argument))) return null;
  if (variables['CI'] || variables['GITHUB_ACTIONS'] || unusedGitVariables(variables) !== null) return null;
  const root = repositoryRoot(facts.cwd);
  if (root === null) return null;
  const gitDir = join(root, '.git');
  const upkeep = join(gitDir, 'upkeep');
  const head = readHeadFiles(gitDir);
  if (head === null || namesIn(join(upkeep, 'journal')).length > 0) return null;
  // A branch was on its move when we were ended.
  if (stampOf(join(upkeep, 'delivery.json')) !== '') return null;
  const parts = [
    JSON.stringify([argv, facts.cwd, facts.isTerminal === true, process.version]),
    JSON.stringify(
      Object.entries(variables)
        .filter(([name]) => ENVIRONMENT.test(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    `${head.head}${head.line}`,
    ...['refs/upkeep/local', 'refs/upkeep/ledger', 'packed-refs'].map((name) => textOf(join(upkeep, 'ledger.git', name)) ?? ''),
    // Built files name the parts they load by content, so these two tell one build from another.
    stampOf(join(here, '..', 'entry.js')),
    stampOf(join(here, '..', 'main.js')),
    stampOf(join(root, 'node_modules')),
    stampOf(join(root, 'node_modules', '.package-lock.json')),
    stampOf(join(gitDir, 'config')),
    JSON.stringify(toolVersions(root)),
  ];
  const machine = { root, path: variables['PATH'] ?? variables['Path'] };
  return { root, gitDir, key: createHash('sha256').update(parts.join('\0')).digest('hex'), machine };
}

/** The nearest folder upwards with a Git directory of its own; null in linked worktrees, submodules and elsewhere. */
function repositoryRoot(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      return statSync(join(folder, '.git')).isDirectory() ? folder : null;
    } catch {
      if (dirname(folder) === folder) return null;
    }
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // absent
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // absent
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
