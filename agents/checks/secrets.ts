/** No secrets in tracked files. A finding says what it is and where, never its value. */
import picomatch from 'picomatch';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { SecretsInput, SecretsOutput } from '../tools/entries/secrets.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { readDataFile } from './read-data-file.ts';
import { isTestPath } from './secret-placeholder.ts';

const MAX_BYTES = 1024 * 1024;
const PASSED_OVER =
  /\.(png|jpe?g|gif|webp|avif|ico|bmp|tiff?|svgz|woff2?|ttf|otf|eot|mp[34]|webm|mov|ogg|wav|flac|pdf|zip|gz|tgz|bz2|xz|7z|br|jar|war|class|so|dylib|dll|exe|wasm|node|bin|map)$|[.-]min\.(js|css)$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|deno\.lock|composer\.lock|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|go\.sum|flake\.lock)$|(^|\/)node_modules\//i;
const CONFIG = /^\.secretlintrc(\.json|\.ya?ml)?$/;

/** The check `secrets`. A secret is an error whoever looks for it. */
export const secrets: Check = {
  id: 'secrets',
  title: 'Secrets',
  detect: async (project) => {
    if (!project.files.some(isRead)) return { applies: false, why: 'there is no text file' };
    const config = project.files.find((path) => CONFIG.test(path));
    return {
      applies: true,
      why: config === undefined ? 'secretlint with its recommended rules' : `${config} with secretlint`,
      origin: config === undefined ? 'bundled' : 'repository',
      needsDependencies: false,
      reads: (path) => isRead(path),
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const rules = await ownRules(context);
  const isIgnored = ignoreMatcher((await context.project.read('.secretlintignore')) ?? '');
  const files = context.files.filter((path) => isRead(path) && !isIgnored(path));
  const input: SecretsInput = { root: context.root, files, maxBytes: MAX_BYTES, rules };
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
      rule: secret.kind.toLowerCase().replaceAll('_', '-'),
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

/** Settings of single rules from the repository's .secretlintrc; one that cannot be read changes nothing. */
async function ownRules(context: CheckContext): Promise<readonly Record<string, unknown>[]> {
  const path = context.project.files.find((file) => CONFIG.test(file));
  if (path === undefined) return [];
  const read = await readDataFile(path, context);
  if (!read.ok || !Array.isArray(read.data['rules'])) return [];
  const rules = (read.data['rules'] as unknown[]).filter(
    (rule): rule is Record<string, unknown> => typeof rule === 'object' && rule !== null,
  );
  return rules
    .flatMap((rule) => (Array.isArray(rule['rules']) ? (rule['rules'] as Record<string, unknown>[]) : [rule]))
    .filter((rule) => /^@secretlint\/secretlint-rule-(?!preset)/.test(String(rule['id'])));
}

function ignoreMatcher(text: string): (path: string) => boolean {
  const globs = text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
    .filter((line) => line !== '' && !/^[#!]/.test(line))
    .flatMap((glob) => [glob, `${glob}/**`, ...(glob.includes('/') ? [] : [`**/${glob}`, `**/${glob}/**`])]);
  return globs.length === 0 ? () => false : picomatch(globs, { dot: true });
}

function isRead(path: string): boolean {
  return !PASSED_OVER.test(path);
}
