/** No secrets in tracked files. A finding says what it is and where, never its value. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { FoundSecret, SecretsInput, SecretsOutput } from '../tools/entries/secrets.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { isTestPath } from './secret-placeholder.ts';
import { isSecretConfig, ownSecretRules, secretIgnores } from './secret-settings.ts';

/** Larger files are not searched. */
export const MAX_SECRET_BYTES = 1024 * 1024;
const PASSED_OVER =
  /\.(png|jpe?g|gif|webp|avif|ico|bmp|tiff?|svgz|woff2?|ttf|otf|eot|mp[34]|webm|mov|ogg|wav|flac|pdf|zip|gz|tgz|bz2|xz|7z|br|jar|war|class|so|dylib|dll|exe|wasm|node|bin|map)$|[.-]min\.(js|css)$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|deno\.lock|composer\.lock|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|go\.sum|flake\.lock)$|(^|\/)node_modules\//i;

/** The check `secrets`. A secret is an error whoever looks for it. */
export const secrets: Check = {
  id: 'secrets',
  title: 'Secrets',
  detect: async (project) => {
    if (!project.files.some(isSearched)) return { applies: false, why: 'there is no text file' };
    const config = project.files.find(isSecretConfig);
    return {
      applies: true,
      why: config === undefined ? 'secretlint with its recommended rules' : `${config} with secretlint`,
      origin: config === undefined ? 'bundled' : 'repository',
      needsDependencies: false,
      reads: isSearched,
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const [rules, isIgnored] = await Promise.all([ownSecretRules(context), secretIgnores(context.project)]);
  const files = context.files.filter((path) => isSearched(path) && !isIgnored(path));
  const input: SecretsInput = { root: context.root, files, maxBytes: MAX_SECRET_BYTES, rules };
  const answer = await runEntry<SecretsOutput>(context.runTool, { entry: 'secrets', cwd: context.root, input });
  // Its stderr may quote what it read: it stays out of the log.
  if (!answer.ok) return reportErrored({ ...entryFailure({ ...answer.result, stderr: '' }, 'the search for secrets') });
  const { secrets: found, read, unread } = answer.output;
  if (read === 0) return reportSkipped('not-applicable', 'No file is text of at most 1 MiB.');
  const drafts = found.map((secret): FindingDraft => {
    const isTest = isTestPath(secret.path);
    const advice = isTest
      ? 'in test data or an example; make sure that it opens nothing'
      : 'revoke it where it was issued, then take it out; it stays in the history';
    return {
      path: secret.path,
      line: secret.line,
      column: secret.column,
      rule: secretRule(secret),
      severity: isTest ? 'warning' : 'error',
      message: plainMessage(`${secret.what.replace(/^found /, '')} (${secret.length} characters): ${advice}`),
      // Not even a digest of the value: short ones could be guessed from it.
      identity: secret.kind,
    };
  });
  const note =
    unread.length === 0
      ? {}
      : {
          hint: `${unread.length} ${unread.length === 1 ? 'file was' : 'files were'} not searched (binary, a link, or over 1 MiB): ${unread.slice(0, 5).join(', ')}${unread.length > 5 ? ', …' : ''}.`,
        };
  return reportFindings({ id: 'secrets', context }, drafts, note);
}

/** `GITHUB_TOKEN` → `github-token`. */
export function secretRule({ kind }: Pick<FoundSecret, 'kind'>): string {
  return kind.toLowerCase().replaceAll('_', '-');
}

/** Whether the path can be that of a text that people wrote. */
export function isSearched(path: string): boolean {
  return !PASSED_OVER.test(path);
}
