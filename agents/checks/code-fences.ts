/** Pieces of code in Markdown can be read in the language that they name. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { CodeFencesInput, CodeFencesOutput } from '../tools/entries/code-fences.ts';
import { runEntry } from '../tools/run-entry.ts';
import { counted, detectFiles, isForeign } from './bundled-files.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { isRecord } from './never-fix.ts';

const MARKDOWN = /\.(md|markdown)$/i;
const PASSED_OVER = /(^|\/)(tests?|\.changeset)\/|(^|\/)(template|create)-[^/]+\//;
const MAX_BYTES = 1024 * 1024;

/** The check `code-fences`. */
export const codeFences: Check = {
  id: 'code-fences',
  title: 'Code in Markdown',
  detect: async (project) =>
    detectFiles(project, isRead, {
      none: 'there is no Markdown file',
      why: (count) => `${counted(count, 'Markdown file')}: JSON, YAML, JavaScript and TypeScript in fences`,
    }),
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const input: CodeFencesInput = { root: context.root, files: context.files.filter(isRead), maxBytes: MAX_BYTES };
  const answer = await runEntry<CodeFencesOutput>(context.runTool, { entry: 'code-fences', cwd: context.root, input });
  if (!answer.ok) return reportErrored(entryFailure(answer.result, 'the reader of code in Markdown'), { log: answer.result.stderr });
  if (answer.output.read === 0) return reportSkipped('not-applicable', 'No Markdown file is a text of at most 1 MiB.');
  // A slip that was copied is told once a file.
  const alike = Map.groupBy(answer.output.problems, ({ path, language, message }) => JSON.stringify([path, language, message]));
  const drafts = [...alike.values()].flatMap(([first, ...others]): FindingDraft[] => {
    if (first === undefined) return [];
    const { path, line, language, message, code } = first;
    const more = others.length === 0 ? '' : `; as in line ${others.map((other) => other.line).join(', ')}`;
    return [
      {
        ...{ path, line },
        rule: `fence-${language}`,
        severity: context.bundledSeverity,
        message: plainMessage(`this is no ${language}: ${message}${more}`),
        identity: code,
      },
    ];
  });
  return reportFindings({ id: 'code-fences', context }, drafts);
}

function isRead(path: string): boolean {
  return MARKDOWN.test(path) && !isForeign(path) && !PASSED_OVER.test(path) && !isRecord(path);
}
