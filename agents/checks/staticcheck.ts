/** Staticcheck on Go, where the repository names it. */
import type { Project } from '../project.ts';
import type { Check } from './check.ts';
import { crashOf } from './check-parts.ts';
import { detectGo, inspectModules, problemsIn } from './run-go.ts';

const NAMING =
  /^(Makefile|Taskfile\.ya?ml|\.pre-commit-config\.yaml|(tools\/)?go\.mod|(tools\/)?tools\.go|\.github\/workflows\/[^/]+\.ya?ml)$/;

/** The check `staticcheck`. */
export const staticcheck: Check = {
  id: 'staticcheck',
  title: 'Staticcheck',
  machineTools: ['staticcheck', 'go'],
  async detect(project) {
    const detection = detectGo(project, 'repository');
    if (!detection.applies) return detection;
    const evidence = await evidenceOf(project);
    if (evidence === null) return { applies: false, why: 'the repository does not name staticcheck' };
    return { ...detection, why: `${evidence} with staticcheck`, reads: (path) => detection.reads(path) || NAMING.test(path) };
  },
  inspect: (context) =>
    inspectModules(context, {
      id: 'staticcheck',
      argv: ['staticcheck', './...'],
      read({ exitCode, stdout, stderr }, cwd) {
        const drafts = problemsIn(stdout, { context, cwd, rule: 'staticcheck', severity: 'error' });
        return { drafts, failure: exitCode === 0 || drafts.length > 0 ? null : crashOf(stderr + stdout, 'staticcheck') };
      },
    }),
};

async function evidenceOf(project: Project): Promise<string | null> {
  const config = project.files.find((path) => /(^|\/)staticcheck\.conf$/.test(path));
  if (config !== undefined) return config;
  for (const path of project.files.filter((each) => NAMING.test(each))) {
    if (/\bstaticcheck\b|honnef\.co\/go\/tools/.test((await project.read(path)) ?? '')) return path;
  }
  return null;
}
