/** HTML, by the repository's own HTMLHint and with its severities. */
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check } from './check.ts';
import { crashOf, failureOf, nonsenseOf, unnamedError } from './check-parts.ts';
import { htmlCheck, listIn } from './html-report.ts';
import type { HtmlReading } from './html-report.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'htmlhint',
  tool: 'htmlhint',
  config: /^\.htmlhintrc$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [],
    keepWithValue: ['-c', '--config', '-r', '--rules', '-R', '--rulesdir', '-i', '--ignore'],
    dropWithValue: ['-f', '--format'],
  },
};

/** The check `htmlhint`. */
export const htmlHint: Check = htmlCheck(setup, { title: 'HTMLHint', args: ['--format', 'json', '--nocolor'], read, whole: () => ['.'] });

function read(result: ToolResult): HtmlReading {
  const ended = failureOf(result, 'htmlhint');
  if (ended !== null) return { failure: ended };
  const said = result.stderr + result.stdout;
  const refused = /Config could not be parsed/.test(said);
  // It goes on with rules of its own where it cannot read those of the repository.
  if (refused) return { failure: { reason: 'configuration', hint: 'htmlhint cannot read .htmlhintrc: it is no JSON.' } };
  const files = listIn(result.stdout.slice(Math.max(0, result.stdout.indexOf('[')))) as
    | readonly { file: string; messages: readonly { type: string; message: string; line: number; col: number; rule: { id: string } }[] }[]
    | null;
  if (files === null) return { failure: result.exitCode === 0 ? nonsenseOf(result.stderr, 'htmlhint') : crashOf(said, 'htmlhint') };
  const told = files.flatMap(({ file, messages }) =>
    messages.map(({ type, message, line, col, rule }) => ({ file, line, column: col, rule: rule.id, isError: type === 'error', message })),
  );
  return result.exitCode !== 0 && told.length === 0 ? { failure: unnamedError(result, 'htmlhint') } : { told };
}
