/** Front matter of Markdown files is YAML that a site can read. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles, isForeign } from './bundled-files.ts';
import { plainMessage, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { readTextFile } from './read-text-file.ts';
import { yamlWords } from './yaml-document.ts';

const MARKDOWN = /\.(md|mdx|markdown)$/i;
const PASSED_OVER = /(^|\/)tests?\/|(^|\/)(template|create)-[^/]+\//;
const MAX_BYTES = 1024 * 1024;

/** The check `front-matter`. A site cannot be built from what it cannot read, so that is an error whoever looks at it. */
export const frontMatter: Check = {
  id: 'front-matter',
  title: 'Front matter',
  detect: async (project) =>
    detectFiles(project, isRead, { none: 'there is no Markdown file', why: (count) => counted(count, 'Markdown file') }),
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { LineCounter, parseDocument } = await import('yaml');
  const drafts: FindingDraft[] = [];
  let read = 0;
  for (const path of context.files.filter(isRead)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    if (text === null) continue;
    read += 1;
    const matter = frontMatterOf(text);
    if (matter === null) continue;
    const lines = new LineCounter();
    const [error] = parseDocument(matter, { lineCounter: lines, logLevel: 'silent' }).errors;
    if (error === undefined) continue;
    const { line, col } = lines.linePos(error.pos[0]);
    drafts.push({
      ...{ path, line: line + 1, column: Math.max(1, col) },
      rule: 'front-matter',
      severity: 'error',
      message: plainMessage(`the front matter is no YAML: ${yamlWords(error)}`),
    });
  }
  if (read === 0) return reportSkipped('not-applicable', 'No Markdown file is a text of at most 1 MiB.');
  return reportFindings({ id: 'front-matter', context }, drafts);
}

/** What stands between the first two lines of dashes; null: the dashes are a rule, or a generator fills it in. */
function frontMatterOf(text: string): string | null {
  const matter = /^\uFEFF?---[ \t]*\r?\n([^]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)?.[1];
  if (matter === undefined || !/^\s*(#.*\n\s*)*["'\w-]+\s*:/.test(matter) || /\{\{|\{%|<%/.test(matter)) return null;
  return matter;
}

function isRead(path: string): boolean {
  return MARKDOWN.test(path) && !isForeign(path) && !PASSED_OVER.test(path);
}
