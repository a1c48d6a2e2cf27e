/** Dockerfiles: what cannot be built, and what the image would be better without. Read from the files; nothing is built or fetched. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles, isForeign } from './bundled-files.ts';
import { plainMessage, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { readTextFile } from './read-text-file.ts';

const DOCKERFILE = /(^|\/)((Docker|Container)file(\.[\w-]+)*|[\w.-]+\.[Dd]ockerfile)$/;
/** Not read as they stand: something fills them in first. */
const TEMPLATE = /\.(template|tmpl|tpl|j2|jinja2?|erb|in|mustache|hbs)$|\.dockerignore$/;
const DEVELOPMENT = /(^|\/)\.devcontainer\//;
const MAX_BYTES = 256 * 1024;

/** The check `dockerfiles`. What cannot be built is an error whoever looks at it. */
export const dockerfiles: Check = {
  id: 'dockerfiles',
  title: 'Dockerfiles',
  detect: async (project) =>
    detectFiles(project, isRead, { none: 'there is no Dockerfile', why: (count) => `${counted(count, 'Dockerfile')}, our own rules` }),
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { readDockerfile } = await import('./docker-stages.ts');
  const { findDockerProblems } = await import('./docker-rules.ts');
  const files = context.files.filter(isRead);
  const texts = files.flatMap((path) => {
    const text = readTextFile(context.root, path, MAX_BYTES);
    return text === null || isTemplate(text) ? [] : [{ path, text }];
  });
  if (texts.length === 0) return reportSkipped('not-applicable', 'No Dockerfile is a text of at most 256 KiB that is used as it stands.');
  const drafts = texts.flatMap(({ path, text }) =>
    findDockerProblems(readDockerfile(text))
      .filter(({ rule }) => rule !== 'no-user' || !DEVELOPMENT.test(path))
      .map(({ rule, line, message, isBroken, identity }): FindingDraft => ({
        path,
        line,
        rule,
        severity: isBroken ? 'error' : context.bundledSeverity,
        message: plainMessage(message),
        identity,
      })),
  );
  return reportFindings({ id: 'dockerfiles', context }, drafts);
}

/** Whether a generator fills it in: its first image has a placeholder of one. */
function isTemplate(text: string): boolean {
  return /^\s*FROM\s[^\n]*(\{\{|\{%|<%|%%|@@)/im.test(text) || !/^\s*[a-z]+\s/im.test(text);
}

function isRead(path: string): boolean {
  return DOCKERFILE.test(path) && !TEMPLATE.test(path) && !isForeign(path);
}
