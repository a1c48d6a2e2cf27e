/** The repository's end-to-end tests: once a night, since they need a browser, a server, and time. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { commandsIn, resolvedCommands } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import { isProse } from './fixable-path.ts';
import { browserReport } from './missing-browser.ts';
import { playwright } from './test-runners/playwright.ts';
import { runScript } from './test-runners/run-command.ts';
import { runStep } from './test-runners/run-step.ts';
import { whyNoPackages } from './tool-setup.ts';

/** End-to-end tests of one package: by Playwright itself, or by the script that runs them. */
interface EndToEnd {
  readonly manifest: PackageManifest;
  readonly how: { readonly command: ScriptCommand } | { readonly script: string };
}

/** Those of continuous integration first: the others may open a window. */
const SCRIPTS = [
  'test:e2e:ci',
  'e2e:ci',
  'ci:e2e',
  'test:e2e',
  'e2e',
  'e2e:test',
  'e2e:run',
  'test-e2e',
  'cypress:run',
  'cy:run',
  'test:browser',
];
/** For people who watch. */
const WATCHED = /(^|\s)(open|--ui|--headed|--debug|--watch|--interactive)(\s|$)|npm's placeholder|no test specified/i;
const PLAIN: ScriptCommand = { tool: 'playwright', args: ['test'], env: {}, nodeFlags: [], plain: true };
/** The check `end-to-end`. */
export const endToEnd: Check = {
  id: 'end-to-end',
  title: 'End-to-end tests',
  writes: true,
  isNightly: true,
  async detect(project) {
    const found = findEndToEnd(project);
    if (found.length === 0)
      return { applies: false, why: project.workspaces.length === 0 ? whyNoPackages(project) : 'no package has end-to-end tests' };
    return {
      applies: true,
      why: found.map(describe).join(', '),
      origin: 'repository',
      needsDependencies: true,
      reads: (path) => !isProse(path),
    };
  },
  async inspect(context): Promise<CheckReport> {
    const found = findEndToEnd(context.project);
    if (found.length === 0) return reportSkipped('not-applicable', 'no package has end-to-end tests');
    // Development servers refuse files behind links.
    const parts = (await context.inRealFiles((root) => runAll({ ...context, root }, found))) ?? (await runAll(context, found));
    return browserReport({ id: 'end-to-end', context }, parts);
  },
};

/** One after another: they use the same ports. */
async function runAll(context: CheckContext, found: readonly EndToEnd[]): Promise<CheckPart[]> {
  const parts: CheckPart[] = [];
  for (const { manifest, how } of found) {
    const pack = { manifest, preparation: [], steps: [], nested: [] };
    if ('command' in how) {
      const {
        coverage: _coverage,
        measured: _measured,
        ...part
      } = await runStep(context, pack, {
        runner: playwright,
        command: how.command,
        wrapper: null,
      });
      parts.push(part);
    } else parts.push(await runScript(context, pack, { script: how.script, rule: 'end-to-end-failed' }));
  }
  return parts;
}

function findEndToEnd(project: Project): EndToEnd[] {
  return project.workspaces.flatMap((manifest): EndToEnd[] => {
    const { scripts, dependencies } = manifest;
    const script = SCRIPTS.find((name) => scripts[name] !== undefined && !WATCHED.test(scripts[name]));
    const commands = script === undefined ? [] : resolvedCommands(scripts, script);
    const [only] = commands;
    const isPlaywright = commands.length === 1 && only?.plain === true && only.tool === 'playwright' && only.args[0] === 'test';
    const hasPlaywright = (dependencies['@playwright/test'] ?? project.workspaces[0]?.dependencies['@playwright/test']) !== undefined;
    if (isPlaywright && hasPlaywright) return [{ manifest, how: { command: only } }];
    if (script !== undefined && !handsDown(scripts[script] ?? '')) return [{ manifest, how: { script } }];
    return hasPlaywright && hasConfig(project, manifest) ? [{ manifest, how: { command: PLAIN } }] : [];
  });
}

/** Whether the script only runs those of other packages, which are run by themselves. */
function handsDown(script: string): boolean {
  const commands = commandsIn(script);
  const isOfOthers = ({ tool, args }: ScriptCommand): boolean =>
    ['turbo', 'nx', 'lerna'].includes(tool) ||
    args.some((arg) => /^(--workspaces?|-ws|-w|-r|--recursive|--filter|-F)(=|$)/.test(arg)) ||
    args.includes('workspaces') ||
    args.includes('foreach');
  return commands.length > 0 && commands.every(isOfOthers);
}

function hasConfig(project: Project, { dir }: PackageManifest): boolean {
  return project.files.some(
    (path) => posix.dirname(path) === (dir === '' ? '.' : dir) && playwright.config?.test(posix.basename(path)) === true,
  );
}

function describe({ manifest, how }: EndToEnd): string {
  const name = 'command' in how ? 'Playwright' : `the script ${how.script}`;
  return manifest.dir === '' ? name : `${name} in ${manifest.dir}`;
}
