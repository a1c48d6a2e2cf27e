/** HTML, by the repository's own html-validate and with its severities. */
import { posix } from 'node:path';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import { htmlCheck, listIn, readNothing } from './html-report.ts';
import type { HtmlReading } from './html-report.ts';
import type { RootCall } from './run-roots.ts';
import { safeOperand } from './tool-line.ts';
import { isInside } from './tool-setup.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'html-validate',
  tool: 'html-validate',
  config: /^\.htmlvalidate\.(json|[cm]?js)$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [],
    keepWithValue: ['-c', '--config', '--ext', '-p', '--preset', '--rule'],
    dropWithValue: ['-f', '--formatter', '--max-warnings', '--stdin-filename'],
  },
};

/** The check `html-validate`. */
export const htmlValidate: Check = htmlCheck(setup, { title: 'html-validate', args: ['--formatter=json'], read, whole: trackedPages });

/** Given a folder it would read installed packages as well. */
function trackedPages({ root, invocation }: RootCall, { project }: CheckContext): string[] {
  const at = invocation.flags.findIndex((flag) => /^--ext(=|$)/.test(flag));
  const given = invocation.flags[at]?.split('=')[1] ?? invocation.flags[at + 1];
  const extensions = at === -1 || given === undefined ? ['html'] : given.split(',');
  return project.files
    .filter((path) => isInside(root.dir, path) && extensions.some((extension) => path.endsWith(`.${extension.replace(/^\./, '')}`)))
    .map((path) => safeOperand(posix.relative(root.dir, path)));
}

function read(result: ToolResult): HtmlReading {
  const ended = failureOf(result, 'html-validate');
  if (ended !== null) return { failure: ended };
  const said = result.stderr + result.stdout;
  if (/^No files matching patterns/m.test(said)) return { failure: readNothing('html-validate') };
  const files = listIn(result.stdout) as
    | readonly {
        filePath: string;
        messages: readonly { ruleId: string; severity: number; message: string; line: number; column: number }[];
      }[]
    | null;
  if (files === null) {
    if (/Invalid configuration|SchemaValidationError|ConfigError|Failed to load|in JSON at/.test(said))
      return { failure: { reason: 'configuration', hint: `html-validate cannot use its configuration: ${firstLine(said)}` } };
    return { failure: result.exitCode === 0 ? nonsenseOf(result.stderr, 'html-validate') : crashOf(said, 'html-validate') };
  }
  const told = files.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, severity, message, line, column }) => ({
      ...{ file: filePath, line, column, rule: ruleId, message },
      isError: severity === 2,
    })),
  );
  return result.exitCode !== 0 && told.length === 0 ? { failure: unnamedError(result, 'html-validate') } : { told };
}
