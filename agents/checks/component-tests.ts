/** Tests of components that have a runner of their own: Playwright's and Cypress' component tests, Storybook's test runner. */
import type { PackageManifest, Project } from '../project.ts';
import { isDelegation, resolvedCommands } from '../tools/script-commands.ts';
import type { Check, CheckReport } from './check.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import { isProse } from './fixable-path.ts';
import { browserReport } from './missing-browser.ts';
import { runScript } from './test-runners/run-command.ts';
import { whyNoPackages } from './tool-setup.ts';

const SCRIPTS = [
  ...['test:ct', 'test-ct', 'ct', 'test:component', 'test:components', 'component-test', 'test:storybook', 'test-storybook'],
  ...['storybook:test', 'cypress:component', 'cy:component', 'cy:run:component'],
];
/** For people who watch. */
const WATCHED = /(^|\s)(open|--ui|--headed|--debug|--watch)(\s|$)/;

interface ComponentTests {
  readonly manifest: PackageManifest;
  readonly script: string;
}

/** The check `component-tests`. Components that the runner of the unit tests tests are told apart there. */
export const componentTests: Check = {
  id: 'component-tests',
  title: 'Component tests',
  writes: true,
  async detect(project) {
    const found = findComponentTests(project);
    if (found.length === 0)
      return {
        applies: false,
        why: project.workspaces.length === 0 ? whyNoPackages(project) : 'no package has component tests by themselves',
      };
    const why = found.map(({ manifest, script }) => `the script ${script}${manifest.dir === '' ? '' : ` in ${manifest.dir}`}`).join(', ');
    return { applies: true, why, origin: 'repository', needsDependencies: true, reads: (path) => !isProse(path) };
  },
  async inspect(context): Promise<CheckReport> {
    const parts: CheckPart[] = [];
    for (const { manifest, script } of findComponentTests(context.project)) {
      const ask = { script, rule: 'component-tests-failed' };
      const run = (root: string): Promise<CheckPart> => runScript({ ...context, root }, { manifest }, ask);
      // Their servers refuse files behind links.
      parts.push((await context.inRealFiles(run)) ?? (await run(context.root)));
    }
    if (parts.length === 0) return reportSkipped('not-applicable', 'no package has component tests by themselves');
    return browserReport({ id: 'component-tests', context }, parts);
  },
};

function findComponentTests(project: Project): ComponentTests[] {
  return project.workspaces.flatMap((manifest) => {
    const { scripts } = manifest;
    // What the test script runs as well is told of there.
    const inTest = new Set(resolvedCommands(scripts, 'test').map(({ tool, args }) => [tool, ...args].join(' ')));
    const script = SCRIPTS.find((name) => {
      const text = scripts[name];
      if (text === undefined || WATCHED.test(text)) return false;
      const own = resolvedCommands(scripts, name).filter((command) => !isDelegation(command));
      return own.length > 0 && !own.every(({ tool, args }) => inTest.has([tool, ...args].join(' ')));
    });
    return script === undefined ? [] : [{ manifest, script }];
  });
}
