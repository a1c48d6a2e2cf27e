/** Title, summary and annotations of a check run. Pure: nothing that came from the repository is read as markup. */
import type { CheckFinding, CheckRunFacts } from './check-facts.ts';
import { codeBlock, codeSpan, cut, markdownLine, visibleLine, visibleText } from './markdown.ts';

/** GitHub takes 65,535 characters; bytes count too, so there is room left. */
const LONGEST_SUMMARY = 60_000;
const LONGEST_TITLE = 200;
const LONGEST_LINE = 300;
const SHOWN_NOTES = 20;
/** Findings without a place, and commands: in the summary, because no line can show them. */
const SHOWN_FINDINGS = 50;

/** GitHub takes so many annotations a request; each further batch is one more. */
export const ANNOTATION_BATCH = 50;
/** Beyond this nobody reads, and each batch is a request. */
export const MOST_ANNOTATIONS = 500;

/** What GitHub shows on a line. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'failure' | 'warning';
  readonly title: string;
  readonly message: string;
}

/** The heading of the check run. */
export function titleOf(facts: CheckRunFacts): string {
  return visibleLine(facts.sentence, LONGEST_TITLE) || facts.outcome;
}

/** The page of the check run, as Markdown. */
export function summaryOf(facts: CheckRunFacts): string {
  const { checks, notes, findings } = facts;
  const placeless = findings.filter((finding) => finding.path === null);
  const shown = Math.min(MOST_ANNOTATIONS, findings.length - placeless.length);
  const more = findings.length - placeless.length - shown;
  const commands = [...new Set(checks.flatMap((check) => (check.command === null ? [] : [visibleLine(check.command, LONGEST_LINE)])))];
  const lines = [
    ...(checks.length === 0
      ? [markdownLine(facts.sentence, LONGEST_LINE)]
      : ['| check | result |', '|---|---|', ...checks.map((check) => `| ${line(check.title)} | ${line(check.sentence)} |`)]),
    '',
    ...placeless
      .slice(0, SHOWN_FINDINGS)
      .map((finding) => `- ${finding.severity}: ${line(finding.message)} (${codeSpan(finding.rule, 100)})`),
    ...(placeless.length > SHOWN_FINDINGS ? [`- … and ${placeless.length - SHOWN_FINDINGS} more`] : []),
    ...(more > 0 ? ['', `${more} more findings are not shown on their lines.`] : []),
    ...(notes.length > 0 ? ['', ...notes.slice(0, SHOWN_NOTES).map((note) => `- ${line(note)}`)] : []),
    ...(commands.length > 0 ? ['', 'To see it on your machine:', '', codeBlock(commands.slice(0, SHOWN_NOTES).join('\n'), 'sh')] : []),
  ];
  return cut(lines.join('\n').trim(), LONGEST_SUMMARY);
}

/** The findings that have a place, in their order. One without a line stands on the first. */
export function annotationsOf(facts: CheckRunFacts): Annotation[] {
  return facts.findings.filter(hasPlace).slice(0, MOST_ANNOTATIONS).map(annotation);
}

function annotation(finding: CheckFinding & { readonly path: string }): Annotation {
  const line = Math.max(1, finding.line ?? 1);
  // GitHub takes columns on one line only, which is what a finding has.
  const columns =
    finding.line === null || finding.column === null || finding.column < 1
      ? {}
      : { start_column: finding.column, end_column: finding.column };
  return {
    path: finding.path,
    start_line: line,
    end_line: line,
    ...columns,
    annotation_level: finding.severity === 'error' ? 'failure' : 'warning',
    title: visibleLine(`${finding.check}: ${finding.rule}`, 255),
    message: cut(visibleText(finding.message), 4000) || visibleLine(finding.rule, 255),
  };
}

function hasPlace(finding: CheckFinding): finding is CheckFinding & { readonly path: string } {
  return finding.path !== null;
}

function line(text: string): string {
  return markdownLine(text, LONGEST_LINE);
}
