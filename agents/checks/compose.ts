/** Compose files: what Compose would refuse, and what the services would be better without. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles, isForeign } from './bundled-files.ts';
import { plainMessage, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { readTextFile } from './read-text-file.ts';

const COMPOSE = /(^|\/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$/;
/** Others are laid over one of these. */
const WHOLE = /^(docker-)?compose\.ya?ml$/;
const MAX_BYTES = 512 * 1024;

/** The check `compose`. What Compose refuses is an error whoever looks at it. */
export const compose: Check = {
  id: 'compose',
  title: 'Compose',
  detect: async (project) =>
    detectFiles(project, isRead, {
      none: 'there is no compose file',
      why: (count) => `${counted(count, 'compose file')}, the schema of the specification and our own rules`,
    }),
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const texts = context.files.filter(isRead).flatMap((path) => {
    const text = readTextFile(context.root, path, MAX_BYTES);
    return text === null || /^\s*(\{%|\{\{)/m.test(text) ? [] : [{ path, text }];
  });
  if (texts.length === 0) return reportSkipped('not-applicable', 'No compose file is a text of at most 512 KiB that is used as it stands.');
  const drafts: FindingDraft[] = [];
  for (const file of texts) drafts.push(...(await draftsOf(file, context)));
  drafts.sort((one, other) => (one.path === other.path ? (one.line ?? 0) - (other.line ?? 0) : 0));
  return reportFindings({ id: 'compose', context }, drafts);
}

async function draftsOf({ path, text }: { readonly path: string; readonly text: string }, context: CheckContext): Promise<FindingDraft[]> {
  const { parseYamlDocument } = await import('./yaml-document.ts');
  const { findComposeProblems } = await import('./compose-rules.ts');
  const { schemaProblems } = await import('./compose-schema.ts');
  const document = await parseYamlDocument(text, { merge: true });
  // What is no YAML is told by the check of all YAML files.
  if (!('data' in document) || document.data === null) return [];
  const schema = schemaProblems(document.data).map((problem) => ({ rule: 'compose-schema', ...problem }));
  return [...schema, ...findComposeProblems(document.data, WHOLE.test(posix.basename(path)))].map(
    ({ rule, at, message, isBroken }): FindingDraft => ({
      path,
      line: document.lineOf(at),
      rule,
      severity: isBroken ? 'error' : context.bundledSeverity,
      message: plainMessage(message),
      identity: `${at.join('.')} ${rule}`,
    }),
  );
}

function isRead(path: string): boolean {
  return COMPOSE.test(path) && !isForeign(path);
}
