/** Tests in a browser, on machines that have none: what only tells of that is no fault of the code. */
import type { CheckReport } from './check.ts';
import { reportOf } from './check-parts.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import type { Reporting } from './finish-findings.ts';
import { FLAKY } from './test-runners/run-step.ts';

/** What the tools say where the machine has no browser for them. */
const NO_BROWSER =
  /Executable doesn't exist at|playwright install|Host system is missing dependencies|Cypress (binary|executable) (is missing|not found)|(can(no|')t|unable to) find (a )?(Chrome|browser)|session not created|No binary for \w+ browser|set (the )?env variable CHROME_BIN|Cannot start ChromeHeadless|chromedriver.*(not found|ENOENT)/i;

const NO_BROWSER_HINT =
  'This machine has no browser for these tests: install it before the agents run, such as by `npx playwright install --with-deps`.';

/** One report of all parts; skipped where nothing is wrong but that no browser is there. */
export function browserReport(reporting: Reporting, parts: readonly CheckPart[]): CheckReport {
  const looked = parts.map(withoutBrowserless);
  const report = reportOf(
    reporting,
    looked.map(({ part }) => part),
    'refused',
  );
  const lacking = looked.find(({ said }) => said !== null)?.said ?? null;
  if (lacking !== null && report.outcome === 'passed') return reportSkipped('tool-missing', `${NO_BROWSER_HINT} ${lacking}`);
  return {
    ...report,
    ...(lacking === null || report.hint !== undefined ? {} : { hint: NO_BROWSER_HINT, isIncomplete: true as const }),
    ...(report.findings.some(({ rule }) => rule === FLAKY) ? { isUncertain: true as const } : {}),
  };
}

/** The same part; where a missing browser is why it failed, that is what it says. */
export function sayMissingBrowser(part: CheckPart): CheckPart {
  const { part: rest, said } = withoutBrowserless(part);
  const isWhy = said !== null && rest.failure === null && !rest.drafts.some(({ severity }) => severity === 'error');
  return isWhy ? { ...rest, failure: { reason: 'tool-not-found', hint: `${NO_BROWSER_HINT} ${said}` } } : part;
}

/** Without what only tells that there is no browser, and the first words of that. */
function withoutBrowserless(part: CheckPart): { part: CheckPart; said: string | null } {
  const { failure } = part;
  const lacks = part.drafts.filter(({ message }) => NO_BROWSER.test(message));
  const hasNone = failure !== null && (NO_BROWSER.test(failure.hint) || NO_BROWSER.test(part.log));
  const said = lacks[0]?.message ?? (hasNone ? failure.hint : null);
  const drafts = part.drafts.filter((draft) => !lacks.includes(draft));
  return { part: { ...part, drafts, failure: hasNone ? null : failure }, said: said === null ? null : `It said: ${said.slice(0, 200)}` };
}
