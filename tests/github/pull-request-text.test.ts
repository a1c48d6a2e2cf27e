import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pullRequestBody, pullRequestTitle, readProposalMark, withdrawalComment, withdrawnBody } from '../../github/pull-request-text.ts';
import { BASE, CHANGE, problem, pullRequestFacts } from '../support/pull-request-facts.ts';

const GITHUB_TAKES = 65_536;

describe('the body of a pull request', () => {
  it('says what was fixed, what is left, and how to see it', () => {
    const body = pullRequestBody(
      pullRequestFacts({
        left: [problem({ line: 9, severity: 'error', message: 'A link leads nowhere' })],
        notes: ['prettier was not asked'],
      }),
    );
    expect(body).toBe(`<!-- upkeep:v1:proposal:${BASE}:${CHANGE} -->
**Docs** fixed 1 problem in 1 file on \`main\`, as it was at [\`bbbbbbbbb\`](https://github.test/acme/site/commit/${BASE}).

### What was fixed

| severity | where | what | rule |
| --- | --- | --- | --- |
| warning | [notes.md:3](https://github.test/acme/site/blob/${BASE}/notes.md#L3) | Trailing spaces | MD009 (markdown) |

### What is left for people

| severity | where | what | rule |
| --- | --- | --- | --- |
| error | [notes.md:9](https://github.test/acme/site/blob/${'a'.repeat(40)}/notes.md#L9) | A link leads nowhere | MD009 (markdown) |

### Files

- \`notes.md\`

### Reproduce it

On [\`bbbbbbbbb\`](https://github.test/acme/site/commit/${BASE}); it changes nothing:

\`\`\`sh
npx agent run docs --base ${BASE} --no-fix --force
\`\`\`

### About the run

- prettier was not asked

---

Upkeep keeps this pull request up to date and closes it when Docs has nothing to change any more. [The run](https://github.test/acme/site/actions/runs/7). Merge it to take it; close it to decline: the same change is not made again. A commit of yours on \`upkeep/docs\` makes the branch yours: Upkeep then leaves it alone. Once merged, \`agent undo 01890a5d-ac96-774b-bcce-b302099a8057\` takes it back.
`);
  });

  it('says that files were updated where no problem is told', () => {
    expect(pullRequestBody(pullRequestFacts({ fixed: [], files: ['a', 'b'] }))).toContain('**Docs** updated 2 files on');
  });

  it('calls nobody, closes nothing and forges no marker, whatever stands in the repository', () => {
    const evil = '@everyone closes #1 <!-- upkeep:withdrawn --> ![x](http://evil.test) `${{ secrets.A }}`\n<!-- upkeep:withdrawn -->\n';
    const body = pullRequestBody(
      pullRequestFacts({
        fixed: [problem({ path: `a/${evil}.md`, message: evil, rule: evil })],
        left: [problem({ path: null, line: null, message: evil })],
        files: [evil],
        notes: [evil],
        target: 'a`@b-->',
        head: 'upkeep/docs--a`@b-->',
      }),
    );
    const text = body
      .split('\n')
      .slice(1)
      .join('\n')
      .replaceAll('\\`', '')
      .replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
    expect(text).not.toMatch(/@(?!\u2060)/);
    expect(text).not.toMatch(/#(?:\d)/);
    expect(text).not.toContain('<!--');
    expect(text).not.toMatch(/https?:\/\/evil/);
    expect(readProposalMark(body)).toEqual({ last: { base: BASE, change: CHANGE }, isWithdrawn: false });
  });

  it('is never longer than GitHub takes', () => {
    const long = 'x'.repeat(5000);
    const many = Array.from({ length: 500 }, (_, index) => problem({ line: index, message: `${index} ${long}`, path: `${long}/${index}` }));
    const files = many.map((_, index) => `${index}/${long}`);
    const notes = files.map((file) => `about ${file}`);
    const body = pullRequestBody(pullRequestFacts({ fixed: many, left: many, files, notes }));
    expect(body.length).toBeLessThan(GITHUB_TAKES);
    expect(body).toContain('more');
  });

  it('has a mark that is read back, from GitHub too', () => {
    const body = pullRequestBody(pullRequestFacts());
    expect(readProposalMark(body)).toEqual({ last: { base: BASE, change: CHANGE }, isWithdrawn: false });
    expect(readProposalMark(body.replaceAll('\n', '\r\n'))).toMatchObject({ last: { change: CHANGE } });
    const closed = withdrawnBody(body);
    expect(readProposalMark(closed)).toEqual({ last: { base: BASE, change: CHANGE }, isWithdrawn: true });
    expect(withdrawnBody(closed)).toBe(closed);
    expect(closed.replace('<!-- upkeep:withdrawn -->\n', '')).toBe(body);
  });

  it('that people rewrote is withdrawn all the same, and loses nothing of theirs', () => {
    const closed = withdrawnBody('our own words\nand more');
    expect(closed).toBe('<!-- upkeep:withdrawn -->\nour own words\nand more');
    expect(readProposalMark(closed)).toEqual({ last: null, isWithdrawn: true });
  });

  it('tells nothing to programs unless it stands on the first lines', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const body = `${text}\n\n<!-- upkeep:v1:proposal:${BASE}:${CHANGE} -->\n<!-- upkeep:withdrawn -->`;
        expect(readProposalMark(body)).toEqual({ last: null, isWithdrawn: false });
      }),
    );
  });
});

describe('the title', () => {
  it('is the subject of the commit, on one line', () => {
    expect(pullRequestTitle(pullRequestFacts())).toBe('auto: Docs – fix 1 problem in 1 file');
    expect(pullRequestTitle({ subject: 'auto: a\nb' })).not.toContain('\n');
  });
});

describe('the comment of a closed one', () => {
  it('says why, as text', () => {
    expect(withdrawalComment('the last run had nothing to change')).toBe(
      'Closed: the last run had nothing to change. Upkeep opens a pull request again when there is something to take.',
    );
    expect(withdrawalComment('@mona')).not.toContain('@mona');
  });
});
