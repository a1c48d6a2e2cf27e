/** The repository's own ESLint. */
import { join } from 'node:path';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { Check, CheckContext } from './check.ts';
import type { CheckPart } from './check-parts.ts';
import { eslintDrafts, eslintReads, lintFixFailure, readEslintReport } from './eslint-report.ts';
import { detectRoots, fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { toolLine } from './tool-line.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'eslint',
  tool: 'eslint',
  config: /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.(c?js|ya?ml|json))?)$/,
  packageKey: 'eslintConfig',
  worksWithoutConfig: false,
  nested: 'separate',
  options: {
    keepFlags: [
      '--no-eslintrc',
      '--no-config-lookup',
      '--no-inline-config',
      '--report-unused-disable-directives',
      '--no-ignore',
      '--quiet',
    ],
    keepWithValue: [
      ...[
        '-c',
        '--config',
        '--ext',
        '--ignore-path',
        '--ignore-pattern',
        '--rulesdir',
        '--resolve-plugins-relative-to',
        '--parser',
        '--parser-options',
      ],
      ...['--plugin', '--rule', '--env', '--global', '--flag', '--report-unused-disable-directives-severity', '--suppressions-location'],
    ],
    dropWithValue: [
      '-f',
      '--format',
      '-o',
      '--output-file',
      '--max-warnings',
      '--fix-type',
      '--cache-file',
      '--cache-location',
      '--cache-strategy',
      '--concurrency',
      '--stdin-filename',
    ],
    quiet: ['--quiet'],
  },
};

/** The repository's own ESLint with its own configuration. */
export const eslint: Check = {
  id: 'eslint',
  title: 'ESLint',
  detect: async (project) => detectRoots(project, setup, eslintReads(project)),
  inspect: (context) => inspectRoots(context, { id: 'eslint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 11,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['--fix', ...invocation.flags, '--'],
        failure: (result) => lintFixFailure(result, 'ESLint'),
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  await using folder = await makeTemporaryFolder();
  const reportFile = join(folder.path, 'eslint.json');
  const ignores = call.root.nested.flatMap((dir) => ['--ignore-pattern', `${dir}/`]);
  const args = [
    '--format',
    'json',
    '--output-file',
    reportFile,
    '--no-error-on-unmatched-pattern',
    ...call.invocation.flags,
    ...ignores,
    '--',
    ...call.invocation.targets,
  ];
  const result = await context.runTool({ ...toolCall(call, args), reportFile });
  const read = readEslintReport(result, { report: result.report ?? '', tool: 'ESLint' });
  const drafts = 'files' in read ? eslintDrafts(read.files, { cwd: call.cwd, context }) : [];
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'eslint',
    args: call.invocation.flags,
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets,
  });
  return { drafts, command, log: result.stderr + ('files' in read ? '' : result.stdout), failure: 'failure' in read ? read.failure : null };
}
