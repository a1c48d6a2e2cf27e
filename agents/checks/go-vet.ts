/** What `go vet` finds in the modules of a repository, and what cannot be compiled. */
import type { Check } from './check.ts';
import { crashOf } from './check-parts.ts';
import { detectGo, inspectModules, problemsIn } from './run-go.ts';

/** The check `go-vet`. */
export const goVet: Check = {
  id: 'go-vet',
  title: 'go vet',
  machineTools: ['go'],
  detect: async (project) => detectGo(project, 'bundled'),
  inspect: (context) =>
    inspectModules(context, {
      id: 'go-vet',
      argv: ['go', 'vet', './...'],
      read({ exitCode, stderr }, cwd) {
        if (/matched no packages|no packages to vet/.test(stderr))
          return { drafts: [], failure: { reason: 'nothing-read', hint: 'go vet found no package: look at the build tags of the files.' } };
        // Its own rules were not asked for; what does not compile is wrong whoever asks.
        const drafts = problemsIn(stderr, { context, cwd, rule: 'vet', severity: context.bundledSeverity });
        return { drafts, failure: exitCode === 0 || drafts.length > 0 ? null : crashOf(stderr, 'go vet') };
      },
    }),
};
