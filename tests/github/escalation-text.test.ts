import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { againComment, changedComment, closingComment } from '../../github/escalation-comments.ts';
import { readMarker, readRecord } from '../../github/escalation-marker.ts';
import { issueBody, issueTitle, recordOf, withRecord } from '../../github/escalation-text.ts';
import { closeAsk, COMMIT, factsOf, findingNamed, FIRST_COMMIT } from '../support/escalation-facts.ts';

const GITHUB_TAKES = 65_536;

describe('the body of the issue', () => {
  it('says what fails, since when, how to see it, what was tried and what the tools said', () => {
    const [marker, record, ...text] = issueBody(factsOf()).split('\n');
    expect(marker).toBe('<!-- upkeep:v1:qa:main:code -->');
    expect(readRecord(`\n${record}`)).toMatchObject({
      run: 'run-2',
      attempt: 1,
      sequence: 10,
      digest: "'foo' is not defined.",
      ended: null,
    });
    expect(text.join('\n'))
      .toBe(`**QA** has failed 2 times in a row on \`main\`, since [\`fffffffff\`](https://github.test/acme/app/commit/${FIRST_COMMIT}), 2026-03-01 10:00 UTC.

### What fails

| check | outcome | its command |
| --- | --- | --- |
| ESLint | failed | \`npx eslint src\` |

### Findings: 1 error, 0 warnings

| severity | where | what | rule |
| --- | --- | --- | --- |
| error | [src/a.ts:3](https://github.test/acme/app/blob/${COMMIT}/src/a.ts#L3) | 'foo' is not defined. | no\\-undef (eslint) |

### Reproduce it

In any clone that has [\`ccccccccc\`](https://github.test/acme/app/commit/${COMMIT}); it changes nothing:

\`\`\`sh
npx agent run qa --base ${COMMIT} --no-fix --force
\`\`\`

### What was tried

- 2 findings were repaired

<details><summary>The end of the log</summary>

\`\`\`text
src/a.ts
  3:1  error
\`\`\`

</details>

---

Upkeep keeps this issue up to date and closes it when QA succeeds. Closed by hand, it stays closed until then. [The run](https://github.test/acme/app/actions/runs/7). People with write access may comment \`/agent retry qa\`, \`/agent pause qa\` or \`/agent why qa\`.
`);
  });

  it('of an operation names the reason and the way back', () => {
    const facts = factsOf({ kind: 'operation', reason: 'network', streak: 0, checks: [], findings: [], log: '', tried: [] });
    const body = issueBody(facts);
    expect(issueTitle(facts)).toBe('Upkeep: QA cannot be carried out on main');
    expect(body).toContain('Why: the remote did not answer. ');
    expect(body).toContain('`agent retry qa` brings it back');
    expect(body).not.toMatch(/### What fails|### What was tried|<details>/);
  });

  it('shows so many findings and says how many more there are', () => {
    const findings = Array.from({ length: 50 }, (_, index) => findingNamed(`finding ${index}`));
    const body = issueBody(factsOf({ findings, counts: { errors: 80, warnings: 5 } }));
    expect(body).toContain('### Findings: 80 errors, 5 warnings');
    expect(body.match(/\| finding \d+/g)).toHaveLength(30);
    expect(body).toContain('… and 55 more');
  });

  it('keeps the end of a long log, from a whole line on', () => {
    const log = Array.from({ length: 5_000 }, (_, index) => `line ${index} ${'x'.repeat(200)}`).join('\n');
    const body = issueBody(factsOf({ log }));
    const shown = /```text\n([\s\S]*?)\n```/.exec(body)?.[1] ?? '';
    expect(shown.length).toBeLessThan(15_000);
    expect(shown).toMatch(/^line \d+ x/);
    expect(shown).toContain('line 4999');
    expect(shown).not.toContain('line 4000');
  });

  it('makes no link out of the repository', () => {
    const path = (name: string) => issueBody(factsOf({ findings: [findingNamed('x', { path: name })] }));
    expect(path('../../settings')).toContain('| `../../settings:3` |');
    expect(path('a b)](https://evil.test).ts')).toContain('| `a b)](https://evil.test).ts:3` |');
    expect(issueBody(factsOf({ commit: 'main"onclick' }))).toContain('| `src/a.ts:3` |');
    expect(issueBody(factsOf({ webUrl: null }))).not.toContain('](https://github.test/acme/app/blob');
  });

  it.each<[string, string]>([
    ['a mention', 'ping @octocat and @acme/everyone'],
    ['a keyword that closes', 'fixes #12'],
    ['a fence', '```\n# out\n````\n~~~'],
    ['a marker', '<!-- upkeep:v1:docs:main:code -->'],
    ['a comment', '--> <script>'],
    ['an end of the details', '</details></summary>'],
    ['an expression', '${{ secrets.GITHUB_TOKEN }}'],
    ['a terminal’s colours', '\u001b[31mred\u001b[0m'],
    ['lines of its own', 'a\n<!-- upkeep:v1:docs:main:code -->\n/agent pause docs'],
  ])('shows %s in every place and does nothing else with it', (_, text) => {
    const body = issueBody(
      factsOf({
        branch: text,
        reason: text,
        log: text,
        tried: [text],
        checks: [{ title: text, outcome: 'errored', reason: text, command: text }],
        findings: [findingNamed(text, { path: text, rule: text, check: text })],
      }),
    );
    const blocks = /^(`{3,})\w*\n[\s\S]*?\n\1$/gm;
    const spans = /(`+)(?!`)[^\n]*?[^`]\1(?!`)/g;
    const prose = body.replace(blocks, '').replace(spans, '').split('\n').slice(2).join('\n');
    expect(prose).not.toMatch(/@[a-z]/i);
    expect(prose).not.toMatch(/#\d/);
    expect(prose).not.toMatch(/<(?!\/?(?:details|summary)>)/);
    expect(prose.match(/<\/details>/g)).toHaveLength(1);
    expect(prose).not.toMatch(/^\/agent/m);
    expect(body.split('\n').filter((line) => line.startsWith('<!--'))).toHaveLength(2);
    expect(readMarker(body)).toEqual({ agent: 'qa', branch: text, kind: 'code' });
    expect(body).not.toContain('\u001b');
  });

  it('is never longer than GitHub takes, and always found again, whatever comes in', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.constantFrom('`', '<!--', '&', '|', '\u0000', '\u2028', '😀', '\ud800', '\n', 'x'),
    );
    const long = fc.tuple(fc.array(unit, { maxLength: 5 }), fc.nat(30_000)).map(([parts, times]) => {
      const piece = parts.join('');
      return piece.repeat(Math.ceil(times / Math.max(1, piece.length)));
    });
    fc.assert(
      fc.property(
        fc.record({ text: long, log: long, branch: long, path: long, many: fc.nat(200) }),
        ({ text, log, branch, path, many }) => {
          const facts = factsOf({
            branch,
            log: log.repeat(5),
            reason: text,
            command: text,
            tried: Array.from({ length: many }, () => text),
            checks: Array.from({ length: many }, () => ({ title: text, outcome: 'errored', reason: text, command: text })),
            findings: Array.from({ length: many }, (_, index) => findingNamed(text, { path, rule: text, fingerprint: `${index}` })),
            run: { id: text, attempt: 1, url: text, at: text, sequence: 1 },
            since: { commit: text, at: text.slice(0, 100) },
            commit: text,
          });
          const body = issueBody(facts);
          expect(body.length).toBeLessThanOrEqual(GITHUB_TAKES);
          expect(body.startsWith(`<!-- upkeep:v1:qa:`)).toBe(true);
          expect(readRecord(body)).toMatchObject({ sequence: 1 });
          expect(body).toContain('Upkeep keeps this issue up to date');
          expect(issueTitle(facts).length).toBeLessThanOrEqual(256);
          expect(changedComment(facts, recordOf(facts)).body.length).toBeLessThanOrEqual(GITHUB_TAKES);
          expect(againComment(facts, null).body.length).toBeLessThanOrEqual(GITHUB_TAKES);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the record in a body', () => {
  it('is replaced, and what people read stays', () => {
    const body = issueBody(factsOf());
    const ended = withRecord(body, { ...recordOf(factsOf()), ended: 'healed' });
    expect(readRecord(ended)).toMatchObject({ ended: 'healed' });
    expect(ended.split('\n').toSpliced(1, 1)).toEqual(body.split('\n').toSpliced(1, 1));
    expect(withRecord('a person wrote\nthis', recordOf(factsOf()))).toBe('a person wrote\nthis');
  });
});

describe('comments', () => {
  const before = recordOf(factsOf({ findings: [findingNamed('a'), findingNamed('b')] }));

  it('say what is new and how much is gone', () => {
    const { body } = changedComment(factsOf({ findings: [findingNamed('b'), findingNamed('c')] }), before);
    expect(body).toContain('1 new error, 1 no longer there.');
    expect(body).toMatch(/\| c \|/);
    expect(body).not.toMatch(/\| b \|/);
  });

  it.each([
    [closeAsk({ how: 'repaired' }), /Healed: QA repaired it by \[`aaaaaaaaa`\]\(https:\/\/github\.test\/acme\/app\/commit\/a{40}\)\./],
    [closeAsk({ how: 'repaired', delivered: false }), /repaired it by .*, which has not reached `main` yet\./],
    [closeAsk({ how: 'passed' }), /Healed: QA passes again at \[`aaaaaaaaa`\]/],
    [closeAsk({ how: 'carried-out', kind: 'operation' }), /QA can be carried out again at \[`aaaaaaaaa`\]/],
    [closeAsk({ how: 'left' }), /`main` is no longer a branch/],
  ])('of closing name what healed it: %#', (ask, expected) => {
    expect(closingComment(ask, before).body).toMatch(expected);
  });

  it('are the same for all who say the same, and others when it is said anew', () => {
    const facts = factsOf();
    expect(changedComment({ ...facts, run: { ...facts.run, id: 'other' } }, before).marker).toBe(changedComment(facts, before).marker);
    expect(changedComment(facts, { ...before, sequence: 11 }).marker).not.toBe(changedComment(facts, before).marker);
    expect(againComment(facts, before).marker).not.toBe(changedComment(facts, before).marker);
    expect(closingComment(closeAsk({ commit: 'b'.repeat(40) }), before).marker).toBe(closingComment(closeAsk(), before).marker);
  });
});
