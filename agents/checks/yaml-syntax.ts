/** YAML files parse: each document of each of them, without keys that stand twice. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles, isForeign } from './bundled-files.ts';
import { plainMessage, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { mayFix } from './never-fix.ts';
import { readTextFile } from './read-text-file.ts';
import { yamlWords } from './yaml-document.ts';

/** Workflows and actions have a check of their own. */
const OTHERS = /^\.github\/workflows\/|(^|\/)action\.ya?ml$/;
const PASSED_OVER = /(^|\/)(tests?|specs?|charts)\//;
const MAX_BYTES = 1024 * 1024;

/** The check `yaml-syntax`. What no program can read is an error whoever looks at it. */
export const yamlSyntax: Check = {
  id: 'yaml-syntax',
  title: 'YAML',
  detect: async (project) =>
    detectFiles(project, readsYaml, { none: 'there is no YAML file besides workflows', why: (count) => counted(count, 'YAML file') }),
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { LineCounter, parseAllDocuments } = await import('yaml');
  const drafts: FindingDraft[] = [];
  let read = 0;
  for (const path of context.files.filter(readsYaml)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    if (text === null || isTemplate(text)) continue;
    read += 1;
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', version: '1.1' });
    const [first] = (Array.isArray(documents) ? documents : []).flatMap(({ errors }) => errors);
    // What follows the first one mostly follows from it.
    if (first === undefined) continue;
    const { line, col } = lines.linePos(first.pos[0]);
    drafts.push({
      ...{ path, line: Math.max(1, line), column: Math.max(1, col) },
      rule: first.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'yaml-syntax',
      severity: 'error',
      message: plainMessage(yamlWords(first)),
    });
  }
  if (read === 0) return reportSkipped('not-applicable', 'No YAML file is a text of at most 1 MiB that is used as it stands.');
  return reportFindings({ id: 'yaml-syntax', context }, drafts);
}

/** Whether a generator fills it in: Helm, Jinja, Go templates, ERB, cookiecutter. */
function isTemplate(text: string): boolean {
  return /^\s*(-\s*)?(\{\{|\{%|<%|%%)|:\s+\{\{|\{\{-|-\}\}|\{\{\s*(cookiecutter|\.)/m.test(text);
}

/** Whether the check reads a file of this path. */
export function readsYaml(path: string): boolean {
  return /\.ya?ml$/.test(posix.basename(path)) && !OTHERS.test(path) && !isForeign(path) && !PASSED_OVER.test(path) && mayFix(path);
}
