/** What several of the pages are made of. */
import type { Outcome } from '../../ledger/outcome.ts';
import type { RunSummary } from '../../ledger/state.ts';
import { duration, OUTCOME_SIGNS, OUTCOME_WORDS, shortSha } from '../wording.ts';
import { html, webAddress, type Html } from './html.ts';
import type { StaticFacts } from './gather.ts';

/** The pages, by file, with their titles. */
export const PAGES = {
  'index.html': 'Overview',
  'runs.html': 'Runs',
  'findings.html': 'Findings',
  'events.html': 'Events',
} as const;
export type PageFile = keyof typeof PAGES;

/** A whole page. No script, and nothing from elsewhere. */
export function page(file: PageFile, facts: StaticFacts, body: Html): string {
  const { repository, branch, madeAt } = facts;
  const links = (Object.keys(PAGES) as PageFile[]).map((one) =>
    one === file ? html`<a href="${one}" aria-current="page">${PAGES[one]}</a>` : html`<a href="${one}">${PAGES[one]}</a>`,
  );
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'" />
        <title>${PAGES[file]} – ${repository}</title>
        <link rel="stylesheet" href="style.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <strong>${repository}</strong> <span class="dim">${branch}</span>
          <nav aria-label="Pages">${links}</nav>
        </header>
        <main id="content">
          <h1>${PAGES[file]}</h1>
          ${body}
        </main>
        <footer>
          Made from the ledger by upkeep at ${moment(madeAt.toISOString())}. The same as data:
          <a href="ledger.json">ledger.json</a>, <a href="events.jsonl">events.jsonl</a>.
        </footer>
      </body>
    </html> `;
  return markup;
}

/** To the minute: how long ago it was would be wrong as soon as the page is older. */
export function moment(at: string): Html {
  return html`<time datetime="${at}" title="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export function outcome(value: Outcome): Html {
  return html`<span class="outcome ${value}"><span aria-hidden="true">${OUTCOME_SIGNS[value]}</span> ${OUTCOME_WORDS[value]}</span>`;
}

/** A commit, as a link where it can be looked at. */
export function commit(sha: string | null, { webUrl }: Pick<StaticFacts, 'webUrl'>): Html {
  if (sha === null) return html`<span class="dim">–</span>`;
  return webUrl === null
    ? html`<code>${shortSha(sha)}</code>`
    : html`<a href="${`${webUrl}/commit/${sha}`}"><code>${shortSha(sha)}</code></a>`;
}

/** An address from the ledger as a link, or its text where it is none. */
export function link(url: string | null, text: string): Html {
  const address = webAddress(url);
  return address === null ? html`${text}` : html`<a href="${address}">${text}</a>`;
}

/** Columns that stand to the right. */
const NUMBERS: ReadonlySet<string> = new Set(['time', 'errors', 'warnings', 'fixed']);

export function table(heads: readonly string[], rows: readonly Html[], empty: string): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const names = heads.map((head) => html`<th scope="col" class="${NUMBERS.has(head) ? 'number' : ''}">${head}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${names}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

const BAR = { width: 6, gap: 2, height: 28 };
const SHARE: Readonly<Partial<Record<Outcome, number>>> = { failed: 1, errored: 1, fixed: 0.7, passed: 0.5, cancelled: 0.35, skipped: 0.2 };

/** The last runs as bars, oldest first; colour and height tell the outcome, and so does the text for who cannot see it. */
export function sparkline(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html``;
  const bars = [...runs].reverse().map((run, index) => {
    const height = Math.round(BAR.height * (SHARE[run.outcome] ?? 0.5));
    return html`<rect
      class="${run.outcome}"
      x="${index * (BAR.width + BAR.gap)}"
      y="${BAR.height - height}"
      width="${BAR.width}"
      height="${height}"
      ><title>${OUTCOME_WORDS[run.outcome]}, ${run.at.slice(0, 16).replace('T', ' ')} UTC, ${duration(run.durationMs)}</title></rect
    >`;
  });
  const counts = Map.groupBy(runs, (run) => OUTCOME_WORDS[run.outcome]);
  const words = [...counts].map(([word, all]) => `${all.length} ${word}`).join(', ');
  const width = runs.length * (BAR.width + BAR.gap);
  return html`<svg
    class="spark"
    role="img"
    aria-label="${`the last ${runs.length} runs: ${words}`}"
    viewBox="0 0 ${width} ${BAR.height}"
    width="${width}"
    height="${BAR.height}"
  >
    ${bars}
  </svg>`;
}
