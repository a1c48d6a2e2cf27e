import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia, isProse } from './fixable-path.ts';
import { draftsOf, readResult, type OxlintReport } from './oxlint-report.ts';
import { detectRoots, fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { toolLine } from './tool-line.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'oxlint',
  tool: 'oxlint',
  config: /^\.?oxlint(rc\.jsonc?|\.config\.[cm]?[jt]s)$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [
      ...[
        '--import-plugin',
        '--react-plugin',
        '--jsdoc-plugin',
        '--jest-plugin',
        '--vitest-plugin',
        '--jsx-a11y-plugin',
        '--nextjs-plugin',
        '--react-perf-plugin',
      ],
      ...[
        '--promise-plugin',
        '--node-plugin',
        '--vue-plugin',
        '--disable-unicorn-plugin',
        '--disable-oxc-plugin',
        '--disable-typescript-plugin',
      ],
      ...['--disable-nested-config', '--no-ignore', '--quiet', '--type-aware'],
    ],
    keepWithValue: ['-c', '--config', '-A', '--allow', '-W', '--warn', '-D', '--deny', '--tsconfig', '--ignore-path', '--ignore-pattern'],
    dropWithValue: ['-f', '--format', '--max-warnings', '--threads'],
  },
};

/** The repository's own oxlint. */
export const oxlint: Check = {
  id: 'oxlint',
  title: 'oxlint',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path) && !isProse(path)),
  inspect: (context) => inspectRoots(context, { id: 'oxlint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 10,
    fix: (context) => fixRoots(context, setup, { args: ({ invocation }) => ['--fix', ...invocation.flags, '--'], failure: fixFailure }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  // Outside of what Git ignores it would read the dependencies as well.
  const args = ['--format=json', '--ignore-pattern=**/node_modules/**', ...call.invocation.flags, '--', ...call.invocation.targets];
  const result = await context.runTool(toolCall(call, args));
  const read = readResult(result);
  const drafts =
    'diagnostics' in read ? draftsOf(read.diagnostics, { cwd: call.cwd, context, fixable: await fixableRules(call, context, read) }) : [];
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'oxlint',
    args: call.invocation.flags,
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets.filter((target) => target !== '.'),
  });
  return {
    drafts,
    command,
    log: result.stderr + ('failure' in read ? result.stdout : ''),
    failure: 'failure' in read ? read.failure : null,
  };
}

/** Names of the rules with safe fixes, which its report does not tell; null when it cannot list them. */
async function fixableRules(call: RootCall, context: CheckContext, report: OxlintReport): Promise<ReadonlySet<string> | null> {
  if (report.diagnostics.length === 0) return new Set();
  const { stdout } = await context.runTool(toolCall(call, ['--rules', '--format=json']));
  try {
    const rules = JSON.parse(stdout) as readonly { readonly value: string; readonly fix?: string }[];
    return new Set(rules.filter((rule) => /^(fixable|conditional)_(safe_)?fix(_|$)/.test(rule.fix ?? '')).map((rule) => rule.value));
  } catch {
    return null; // Older versions list their rules as text.
  }
}

function fixFailure(result: ToolResult): PartFailure | null {
  const failure = failureOf(result, 'oxlint');
  if (failure !== null) return failure;
  // 1 means that something is left.
  return result.exitCode === 0 || result.exitCode === 1 ? null : crashOf(result.stderr + result.stdout, 'oxlint');
}
