/** Configuration, tools, dependencies, commitlint, LFS and other bots. */
import { dependencyState } from '../../agents/dependencies/dependency-state.ts';
import { planChecks } from '../../agents/plan-checks.ts';
import { readProject } from '../../agents/read-project.ts';
import type { Project } from '../../agents/project.ts';
import { git } from '../../git/exec-git.ts';
import type { Repository } from '../../git/repository.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { ConfigError } from '../config/config-error.ts';
import { acceptAutoCommits } from '../../agents/commit-hooks.ts';
import { survey } from '../init/survey.ts';
import { runFlagsOf } from '../run-flags.ts';
import { loadRun } from '../run/prepare-run.ts';
import { count } from '../wording.ts';
import { bad, good, worthKnowing, type Diagnosis } from './diagnosis.ts';
import { examineWorkingTree } from './examine-working-tree.ts';

/** Files by which other programs that commit by themselves are known. */
const OTHER_BOTS: readonly (readonly [RegExp, string])[] = [
  [/^\.github\/dependabot\.ya?ml$/, 'Dependabot'],
  [/^(\.github\/|\.gitlab\/)?(renovate\.json5?|\.renovaterc(\.json5?)?)$/, 'Renovate'],
  [/^\.pre-commit-config\.ya?ml$/, 'pre-commit (pre-commit.ci commits its fixes)'],
  [/^\.autofix\.ya?ml$|^\.github\/workflows\/autofix\.ya?ml$/, 'autofix.ci'],
  [/^\.mergify\.ya?ml$/, 'Mergify'],
  [/^\.restyled\.ya?ml$/, 'Restyled'],
  [/^\.deepsource\.toml$/, 'DeepSource'],
  [/^\.snyk$/, 'Snyk'],
];

/** What was found, and how the configuration delivers here. */
interface ExaminedProject {
  readonly diagnoses: Diagnosis[];
  /** Name of the remote. */
  readonly remote: string;
  readonly mode: DeliveryMode;
}

const DEFAULTS = { remote: 'origin', mode: 'local' } as const;

export async function examineProject(repository: Repository, context: CommandContext): Promise<ExaminedProject> {
  const base = repository.head;
  if (base === null) return { diagnoses: [], ...DEFAULTS };
  const project = await readProject(repository, base);
  const { diagnoses, remote, mode } = await configuration(repository, project, context);
  return {
    diagnoses: [
      ...(repository.root === null || mode !== 'local' ? [] : await examineWorkingTree(repository.root, project.files)),
      ...diagnoses,
      ...(await dependencies(repository, project)),
      ...(await commitlint(repository)),
      ...(await largeFiles(project)),
      ...bots(project),
    ],
    remote,
    mode,
  };
}

async function configuration(repository: Repository, project: Project, context: CommandContext): Promise<ExaminedProject> {
  const { environment, version } = context;
  try {
    const run = await loadRun({
      repository,
      base: project.commit,
      flags: runFlagsOf([], {}),
      environment,
      ci: environment.github !== null,
      version,
    });
    const { planned, notApplicable } = await planChecks(run.policy, project);
    const diagnoses = [
      good('configuration', run.loaded.file === null ? 'none: the defaults apply' : run.loaded.file),
      planned.length > 0
        ? good('checks', `${planned.length} apply, ${notApplicable.length} do not: agent list`)
        : worthKnowing('checks', 'none applies here', 'agent list says why'),
    ];
    const { remote, mode } = run.loaded.config.delivery;
    return { diagnoses, remote, mode };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      diagnoses: [
        bad('configuration', error.problems.map((problem) => `${problem.source}: ${problem.message}`).join('; '), 'agent config validate'),
      ],
      ...DEFAULTS,
    };
  }
}

async function dependencies(repository: Repository, project: Project): Promise<Diagnosis[]> {
  if (repository.root === null || project.packages.length === 0) return [];
  const state = await dependencyState(repository.root, project);
  if (state.inStep)
    return [good('dependencies', project.lockfile === null ? 'installed, without a lockfile' : `in step with ${project.lockfile}`)];
  const install = { npm: 'npm ci', pnpm: 'pnpm install --frozen-lockfile', yarn: 'yarn install', bun: 'bun install' }[
    project.packageManager ?? 'npm'
  ];
  return [bad('dependencies', state.why, `${install}, or agent run --install`)];
}

async function commitlint(repository: Repository): Promise<Diagnosis[]> {
  if (repository.root === null) return [];
  const found = (await survey(repository.root, repository)).commitlint;
  if (found === null) return [];
  if (found.data === null)
    return [
      worthKnowing(
        'commitlint',
        `${found.file} is code, and runs ask it before they deliver: see that it accepts the type auto and has no rule on the case of the subject`,
        'agent init shows the rules',
      ),
    ];
  const accepts = JSON.stringify(acceptAutoCommits(found.data).rules) === JSON.stringify(found.data['rules'] ?? {});
  return [
    accepts
      ? good('commitlint', `${found.file} accepts commits of agents`)
      : worthKnowing(
          'commitlint',
          `${found.file} refuses the commit messages of agents, so their commits wait`,
          'agent init adds the rules',
        ),
  ];
}

async function largeFiles(project: Project): Promise<Diagnosis[]> {
  const attributes = await Promise.all(
    project.files.filter((path) => /(^|\/)\.gitattributes$/.test(path)).map((path) => project.read(path)),
  );
  if (!attributes.some((text) => /filter=lfs/.test(text ?? ''))) return [];
  const { exitCode } = await git(['lfs', 'version'], { okCodes: [0, 1, 127, 128] });
  return [
    exitCode === 0
      ? worthKnowing('lfs', 'large files stay pointers in the worktrees of agents')
      : worthKnowing('lfs', 'git-lfs is not installed: large files stay pointers, for you as for agents', 'install git-lfs'),
  ];
}

function bots(project: Project): Diagnosis[] {
  const found = OTHER_BOTS.filter(([pattern]) => project.files.some((path) => pattern.test(path))).map(([, name]) => name);
  if (found.length === 0) return [];
  return [
    worthKnowing(
      'other bots',
      `${count(found.length, 'other program')} may commit here: ${found.join(', ')}`,
      'let only one of them repair a kind of file; agents name and freeze two fixers that undo each other',
    ),
  ];
}
