/** The repository's own oxfmt, only where it is set up. */
import { stripVTControlCharacters } from 'node:util';
import type { ToolResult } from '../tools/run-tool.ts';
import { crashOf, firstLine } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { formatCheck } from './format-check.ts';
import type { FormatProblem } from './format-check.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'oxfmt',
  tool: 'oxfmt',
  config: /^(\.oxfmtrc\.jsonc?|oxfmt\.config\.[cm]?[jt]s)$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: ['--disable-nested-config', '--with-node-modules'],
    keepWithValue: ['-c', '--config', '--ignore-path'],
    dropWithValue: ['--threads', '--stdin-filepath', '--migrate'],
  },
};

/** `  x Unexpected token`, and below it `   ,-[src/a.js:1:7]`; or in drawn lines and colours, whatever the environment says. */
const PROBLEM = /^ *[x×] (.+)\n *[,╭][-─]+\[?(.+?):(\d+):(\d+)\]?$/gm;

/** The check `oxfmt`. */
export const oxfmt = formatCheck({
  id: 'oxfmt',
  setup,
  list: ({ flags, targets }) => ['--list-different', ...flags, '--', ...targets],
  write: () => ['--write', '--no-error-on-unmatched-pattern'],
  shown: ['--check'],
  foundExit: 1,
  brokenExit: 2,
  problems: problemsIn,
  failure: otherEnd,
});

function otherEnd(result: ToolResult): PartFailure {
  if (/Expected at least one target file/i.test(result.stderr))
    return { reason: 'nothing-read', hint: 'oxfmt found no file to read: look at its ignores and at the paths in the scripts.' };
  const wrong = /Failed to (?:load|parse|read) config[^\n]*\n(.*)/i.exec(result.stderr);
  if (wrong !== null)
    return { reason: 'configuration', hint: `oxfmt cannot use its configuration: ${firstLine(wrong[1] ?? '') || firstLine(wrong[0])}` };
  return crashOf(result.stderr + result.stdout, 'oxfmt');
}

function problemsIn({ stderr }: ToolResult): FormatProblem[] {
  return [...stripVTControlCharacters(stderr).matchAll(PROBLEM)].map(([, message = '', file = '', line, column]) => ({
    ...{ file, line, column, message },
  }));
}
