/** Relative links, images and anchors of Markdown files lead somewhere. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { MarkdownDocumentsInput, MarkdownDocumentsOutput } from '../tools/entries/markdown-documents.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { findDocsSites } from './docs-site.ts';
import type { DocsSites } from './docs-site.ts';
import { entryFailure } from './entry-failure.ts';
import { anchorsOf } from './heading-anchors.ts';
import type { Anchors } from './heading-anchors.ts';
import { resolveLink } from './link-target.ts';
import type { MarkdownLink } from './markdown-document.ts';
import { isRecord } from './never-fix.ts';
import { indexPaths } from './repository-paths.ts';
import type { RepositoryPaths } from './repository-paths.ts';

const MARKDOWN = /\.(md|mdx|markdown)$/i;
/** Test data, templates, other people's files, and texts that are shown elsewhere: forms, and parts that pages include. */
const PASSED_OVER =
  /(^|\/)(node_modules|vendor|third[-_]party|fixtures?|__fixtures__|test-?data|_?templates?|\.changeset|ISSUE_TEMPLATE|PULL_REQUEST_TEMPLATE)\/|(^|\/)(template|create)-[^/]+\/|(^|\/)((issue|pull_request)_template\.md|_[^/]*)$/i;
const MAX_BYTES = 1024 * 1024;

/** The check `links`. A broken link is an error whoever looks at it. */
export const links: Check = {
  id: 'links',
  title: 'Relative links',
  detect: async (project) => {
    const count = project.files.filter(isLooked).length;
    if (count === 0) return { applies: false, why: 'there is no Markdown file' };
    return {
      applies: true,
      why: `${count} Markdown ${count === 1 ? 'file' : 'files'}`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => MARKDOWN.test(path) || path === '.gitignore' || path === '.gitmodules',
      seesEveryPath: true,
    };
  },
  inspect,
};

/** Everything that judging one link needs. */
interface Survey {
  readonly paths: RepositoryPaths;
  readonly sites: DocsSites;
  readonly anchors: (path: string) => Anchors | null;
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const looked = context.files.filter(isLooked);
  const input: MarkdownDocumentsInput = {
    root: context.root,
    files: context.files.filter((path) => MARKDOWN.test(path)),
    maxBytes: MAX_BYTES,
  };
  const answer = await runEntry<MarkdownDocumentsOutput>(context.runTool, { entry: 'markdown-documents', cwd: context.root, input });
  if (!answer.ok) return reportErrored(entryFailure(answer.result, 'the reader of Markdown'), { log: answer.result.stderr });

  const documents = answer.output;
  const known = new Map<string, Anchors>();
  const survey: Survey = {
    paths: await indexPaths(context.project),
    sites: findDocsSites(context.project),
    anchors: (path) => {
      const document = Object.hasOwn(documents, path) ? documents[path] : null;
      if (document === null || document === undefined) return null;
      const anchors = known.get(path) ?? anchorsOf(document);
      known.set(path, anchors);
      return anchors;
    },
  };
  const drafts = looked.flatMap((path) =>
    (documents[path]?.links ?? []).map((link) => judge(link, path, survey)).filter((draft) => draft !== null),
  );
  const unread = looked.filter((path) => documents[path] === null);
  const hint =
    unread.length === 0
      ? {}
      : { hint: `Not read (a link, binary or over 1 MiB): ${unread.slice(0, 5).join(', ')}${unread.length > 5 ? ', …' : ''}.` };
  return reportFindings({ id: 'links', context }, drafts, hint);
}

function judge(link: MarkdownLink, from: string, survey: Survey): FindingDraft | null {
  const target = resolveLink(link.target, { from, paths: survey.paths, sites: survey.sites });
  const shown = plainMessage(link.target).slice(0, 200);
  const draft = (rule: string, message: string): FindingDraft => ({
    path: from,
    line: link.line,
    column: link.column,
    rule,
    // What an old release note points to may be gone.
    severity: isRecord(from) ? 'warning' : 'error',
    message,
    identity: link.target,
  });
  switch (target.kind) {
    case 'elsewhere':
    case 'folder':
      return null;
    case 'missing':
      return draft(
        link.isImage ? 'broken-image' : 'broken-link',
        `${shown} leads to ${plainMessage(target.path)}, which is not in the repository`,
      );
    case 'wrong-case':
      return draft('link-case', `${shown} leads to ${plainMessage(target.path)}, but the name is written ${plainMessage(target.actual)}`);
    case 'file':
      return link.isImage ? null : judgeFragment({ path: target.path, fragment: target.fragment, from }, survey, draft);
  }
}

function judgeFragment(
  place: { readonly path: string; readonly fragment: string; readonly from: string },
  survey: Survey,
  draft: (rule: string, message: string) => FindingDraft,
): FindingDraft | null {
  const { path, fragment, from } = place;
  if (isAlwaysThere(fragment) || !MARKDOWN.test(path)) return null;
  const anchors = survey.anchors(path);
  if (anchors === null) return null;
  const isSite = survey.sites.covers(from) || survey.sites.covers(path);
  const found = anchors.find(fragment, isSite ? 'any' : 'github');
  if (found === 'found') return null;
  const shown = plainMessage(fragment).slice(0, 200);
  const where = path === from ? 'this file' : path;
  const finding =
    found === 'wrong-case'
      ? draft('anchor-case', `#${shown} is written with other capitals in ${where}`)
      : draft('broken-anchor', `#${shown} names no heading or anchor of ${where}`);
  // Components of a site make anchors that its Markdown does not show; capitals are forgiven by some hosts.
  return isSite || found === 'wrong-case' ? { ...finding, severity: 'warning' } : finding;
}

/** Fragments that every page has, or that are no names: the top, GitHub's readme, lines of code, text to highlight. */
function isAlwaysThere(fragment: string): boolean {
  return /^(|top|readme|readme-ov-file|start-of-content|(fn|fnref)[:-]?\d+|user-content-fn.*|L\d.*|:~:.*|[/!].*)$/i.test(fragment);
}

function isLooked(path: string): boolean {
  return MARKDOWN.test(path) && !PASSED_OVER.test(path);
}
