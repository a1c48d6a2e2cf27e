/** The repository's end-to-end tests: once a night, since they need a browser, a server, and time. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { commandsIn, resolvedCommands } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { reportOf } from './check-parts.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import { isProse } from './fixable-path.ts';
import { playwright } from './test-runners/playwright.ts';
import { runScript } from './test-runners/run-command.ts';
import { FLAKY, runStep } from './test-runners/run-step.ts';
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
/** What the tools say where the machine has no browser for them. */
const NO_BROWSER =
  /Executable doesn't exist at|playwright install|Host system is missing dependencies|Cypress (binary|executable) (is missing|not found)|(can(no|')t|unable to) find (a )?(Chrome|browser)|session not created|chromedriver.*(not found|ENOENT)/i;

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
    const looked = parts.map(withoutBrowserless);
    const report = reportOf(
      { id: 'end-to-end', context },
      looked.map(({ part }) => part),
      'refused',
    );
    const lacking = looked.find(({ said }) => said !== null)?.said ?? null;
    if (lacking !== null && report.outcome === 'passed') return reportSkipped('tool-missing', `${NO_BROWSER_HINT} ${lacking}`);
    return {
      ...report,
      ...(lacking === null || report.hint !== undefined ? {} : { hint: NO_BROWSER_HINT }),
      ...(report.findings.some(({ rule }) => rule === FLAKY) ? { isUncertain: true as const } : {}),
    };
  },
};

const NO_BROWSER_HINT =
  'This machine has no browser for the end-to-end tests: install it before the agents run, such as by `npx playwright install --with-deps`.';

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

/** Without what only tells that there is no browser, and the first words of that. */
function withoutBrowserless(part: CheckPart): { part: CheckPart; said: string | null } {
  const { failure } = part;
  const lacks = part.drafts.filter(({ message }) => NO_BROWSER.test(message));
  const hasNone = failure !== null && (NO_BROWSER.test(failure.hint) || NO_BROWSER.test(part.log));
  const said = lacks[0]?.message ?? (hasNone ? failure.hint : null);
  const drafts = part.drafts.filter((draft) => !lacks.includes(draft));
  return { part: { ...part, drafts, failure: hasNone ? null : failure }, said: said === null ? null : `It said: ${said.slice(0, 200)}` };
}

function describe({ manifest, how }: EndToEnd): string {
  const name = 'command' in how ? 'Playwright' : `the script ${how.script}`;
  return manifest.dir === '' ? name : `${name} in ${manifest.dir}`;
}
