/** Every package.json parses. */
import { posix } from 'node:path';
import { plainMessage, reportFindings } from './check-report.ts';
import type { Check } from './check.ts';

const PASSED_OVER = /(^|\/)(node_modules|fixtures?|__fixtures__|test-?data|_?templates?|vendor)\/|(^|\/)tests?\//;

/** The check `manifests`: nothing can be installed or built around one that is broken. */
export const manifests: Check = {
  id: 'manifests',
  title: 'package.json',
  detect: async (project) => {
    const count = project.packages.length + project.broken.length;
    if (count === 0) return { applies: false, why: 'there is no package.json' };
    return {
      applies: true,
      why: `${count} package.json`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => posix.basename(path) === 'package.json',
    };
  },
  inspect: async (context) =>
    reportFindings(
      { id: 'manifests', context },
      await Promise.all(
        context.project.broken
          .filter(({ path }) => !PASSED_OVER.test(path))
          .map(async ({ path, message }) => ({
            path,
            line: lineIn(await context.project.read(path), message),
            rule: 'manifest-broken',
            severity: 'error' as const,
            message: plainMessage(`${path} does not parse: ${message}`),
            identity: path,
          })),
      ),
    ),
};

/** Where the parser stopped, as far as its message tells. */
function lineIn(text: string | null, message: string): number | null {
  const line = /\bline (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined && text !== null) return text.slice(0, Number(position)).split('\n').length;
  const conflict = text?.split('\n').findIndex((each) => /^(<{7}|={7}|>{7})/.test(each)) ?? -1;
  return conflict === -1 ? null : conflict + 1;
}
