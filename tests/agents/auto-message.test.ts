import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoMessage, autoSubject, parseAutoMessage } from '../../agents/auto-message.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';

const commit = {
  agent: 'backend',
  title: 'Backend',
  runId: '01890a5d-ac96-774b-bcce-b302099a8057',
  base: 'a'.repeat(40),
  fixed: 12,
  files: ['a.ts', 'b.ts', 'c.ts', 'd.ts'],
} as const;

describe('the message of an automatic commit', () => {
  it('says who fixed how much where', () => {
    expect(autoSubject(commit)).toBe('auto: Backend – fix 12 problems in 4 files');
    expect(autoSubject({ title: 'Docs', fixed: 1, files: ['a.md'] })).toBe('auto: Docs – fix 1 problem in 1 file');
    expect(autoSubject({ title: 'Architecture', fixed: 0, files: ['README.md'] })).toBe('auto: Architecture – update 1 file');
  });

  it('reads back what it wrote, in at most 100 characters a header', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...AGENT_IDS),
        fc.uuid(),
        fc.stringMatching(/^[0-9a-f]{40}$/),
        fc.nat(),
        fc.array(fc.string(), { maxLength: 50 }),
        (...[agent, runId, base, fixed, files]) => {
          const { subject, message } = autoMessage({ agent, title: 'Architecture', runId, base, fixed, files });
          expect(subject.length).toBeLessThanOrEqual(100);
          expect(message.startsWith(`${subject}\n\n`)).toBe(true);
          expect(parseAutoMessage(message)).toEqual({ agent, runId, base });
        },
      ),
    );
  });

  it('lists no path, so that no name of a file can speak in the message', () => {
    const { message } = autoMessage({ ...commit, files: ['x\nAgent: docs'] });
    expect(message).not.toContain('docs');
  });

  const { message } = autoMessage(commit);
  it.each([
    ['no trailers', 'auto: Backend – fix 1 problem in 1 file\n'],
    ['one trailer missing', message.replace(/Agent-Run: .*\n/, '')],
    ['one trailer twice', `${message}Agent: docs\n`],
    ['an agent that is not ours', message.replace('Agent: backend', 'Agent: intruder')],
    ['a run that is no UUID', message.replace(/Agent-Run: .*/, 'Agent-Run: 1')],
    ['a short base', message.replace(commit.base, 'abc')],
    ['trailers that are not last', `${message}\nand more words\n`],
    ['trailers in comments', message.replaceAll(/^Agent/gm, '# Agent')],
    ["a person's type", message.replace('auto:', 'fix:')],
  ])('does not accept %s', (_what, text) => {
    expect(parseAutoMessage(text)).toBeNull();
  });
});
