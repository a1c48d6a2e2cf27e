/** What formatters say, as findings: a list of the files that they would change. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { CheckContext } from './check.ts';
import { isFixablePath } from './fixable-path.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';

/** The call of a formatter that printed something. */
export interface FormatCall {
  readonly call: RootCall;
  readonly context: CheckContext;
}

/** One finding for each path; each line is a path, a name with line breaks stands on several lines. Null when there is anything else. */
export function unformatted(stdout: string, { call, context }: FormatCall): FindingDraft[] | null {
  const pathOf = repositoryPaths(context.root);
  const drafts: FindingDraft[] = [];
  let pending = '';
  for (const line of stdout.replace(/\n$/, '').split('\n')) {
    if (pending === '' && line === '') continue;
    pending = pending === '' ? line : `${pending}\n${line}`;
    const path = pathOf(call.cwd, pending);
    if (path === null || !context.project.has(path)) continue;
    drafts.push({
      path,
      rule: 'format',
      severity: 'error',
      message: 'The file is not formatted as configured.',
      fixable: isFixablePath(path),
    });
    pending = '';
  }
  return pending === '' ? drafts : null;
}
