import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPalette } from '../../../cli/palette.ts';
import { annotationsOf } from '../../../cli/reporters/annotations.ts';
import { jobSummaryOf, markdown, writeJobSummary } from '../../../cli/reporters/job-summary.ts';
import { jsonDocument } from '../../../cli/reporters/json-document.ts';
import { sarifDocument, writeSarif } from '../../../cli/reporters/sarif.ts';
import { nextStep, summaryOf } from '../../../cli/reporters/summary.ts';
import { duration, openingLine } from '../../../cli/wording.ts';
import { agentRun, checkRun, finding, NEXT_SHA, runReport, SHA } from '../../support/run-report.ts';

const plain = createPalette(false);
const HOSTILE = '\x1b[31m::error::<b>|`%0A\n##[group]@team';

const fixedRun = agentRun({
  outcome: 'fixed',
  checks: [
    checkRun({ outcome: 'fixed', findings: [finding({ fixed: true }), finding({ fixed: true, line: 9, fingerprint: 'b'.repeat(16) })] }),
  ],
  commit: { sha: NEXT_SHA, subject: 'auto: Backend – fix 2 lint problems in 1 file', files: ['src/a.ts'] },
});
const failedRun = agentRun({
  agent: 'qa',
  outcome: 'failed',
  reason: 'errors-left',
  checks: [
    checkRun({
      check: 'tests',
      title: 'Tests',
      outcome: 'failed',
      reason: 'errors-left',
      command: 'npx vitest run',
      log: 'FAIL a\n::endgroup::\n',
      findings: [
        finding({ path: 'tests/a.test.ts', line: 12, column: null, rule: 'test', message: 'adds up', fingerprint: 'c'.repeat(16) }),
        finding({
          severity: 'warning',
          path: null,
          line: null,
          column: null,
          rule: 'coverage',
          message: '80 % of 90 %',
          fingerprint: 'd'.repeat(16),
        }),
      ],
    }),
  ],
});
const report = runReport({
  runs: [fixedRun, failedRun],
  head: NEXT_SHA,
  delivery: {
    mode: 'local',
    outcome: 'delivered',
    branch: 'main',
    reason: null,
    commits: [NEXT_SHA],
    ref: null,
    patches: [],
    advice: null,
    proposals: [],
    verifications: [],
  },
  exitCode: 1,
});

describe('the summary', () => {
  const text = summaryOf(report, plain);
  it('has a line an agent: outcome, what was fixed, commit, what is left and where', () => {
    expect(text).toContain('✎ backend       fixed 2 problems in 1 file (abcdef123)  1.5 s');
    expect(text).toContain('✖ qa            failed; 1 error and 1 warning left');
    expect(text).toContain('    tests/a.test.ts:12  error  adds up  test (Tests)');
    expect(text).toContain('    warning  80 % of 90 %  coverage (Tests)');
    expect(text).toContain('    reproduce: npx vitest run');
  });
  it('then says the delivery and the next step', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.at(-2)).toBe('delivery: 1 commit – the branch moved forward (main: 123456789 → abcdef123)');
    expect(lines.at(-1)).toContain('next: repair what is left');
  });
  it('shows errors that an unchanged agent still has as red', () => {
    const skipped = agentRun({
      outcome: 'skipped',
      reason: 'tripped',
      durationMs: 0,
      checks: [checkRun({ outcome: 'failed', findings: [finding()] })],
    });
    expect(summaryOf(runReport({ runs: [skipped], exitCode: 1 }), plain)).toMatch(
      /skipped – waits: it keeps failing on the same content; 1 error left\n {4}src\/a\.ts:3:1 {2}error/,
    );
  });
  it('says how a rule that nobody asked for is turned off, and of the repository’s own rules nothing', () => {
    const findings = [finding({ severity: 'warning', rule: 'no-user' })];
    const of = (changes: Partial<Parameters<typeof checkRun>[0]>): string =>
      summaryOf(runReport({ runs: [agentRun({ checks: [checkRun({ check: 'dockerfiles', findings, ...changes })] })] }), plain);
    expect(of({ isBundled: true })).toContain('"checks": { "dockerfiles": { "rules": { "no-user": "off" } } }');
    expect(of({})).not.toContain('"off"');
  });
  it('bounds what it lists', () => {
    const many = agentRun({
      outcome: 'failed',
      checks: [checkRun({ outcome: 'failed', findings: Array.from({ length: 500 }, (_, line) => finding({ line })) })],
    });
    const lines = summaryOf(runReport({ runs: [many], exitCode: 1 }), plain);
    expect(lines.split('\n').length).toBeLessThan(20);
    expect(lines).toContain('… and 490 errors more');
  });
  it('says nothing more when all is well', () => {
    expect(summaryOf(runReport(), plain)).toBe('✔ backend       passed  1.5 s\n');
  });
  it('says where commits wait and which files they were written to, and nothing of a delivery that had nothing to do', () => {
    const written = { mode: 'patch', outcome: 'patch', ref: 'refs/upkeep/suggest', patches: ['/r/0001-docs.patch'] } as const;
    const lines = summaryOf(runReport({ runs: [], delivery: { ...report.delivery, ...written } }), plain).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'delivery: 1 commit – written as patch files; waiting under refs/upkeep/suggest (main)',
      '    /r/0001-docs.patch',
    ]);
    const none = runReport({ delivery: { ...report.delivery, mode: 'none', outcome: 'none', commits: [] } });
    expect(summaryOf(none, plain)).not.toContain('delivery');
    expect(jobSummaryOf(none)).not.toContain('Delivery');
    const stopped = runReport({
      exitCode: 130,
      delivery: { ...report.delivery, outcome: 'nothing', commits: [], reason: 'interrupted' },
    });
    expect(summaryOf(stopped, plain)).not.toContain('delivery');
  });
  it('names one next step for each ending', () => {
    expect(nextStep(runReport({ delivery: { ...report.delivery, outcome: 'kept', ref: 'refs/upkeep/suggest' } }))).toContain(
      'agent accept',
    );
    expect(nextStep(runReport({ delivery: { ...report.delivery, outcome: 'refused', patches: ['/tmp/x.patch'] } }))).toContain(
      '/tmp/x.patch',
    );
    expect(nextStep(runReport({ runs: [agentRun({ outcome: 'errored', reason: 'timeout' })] }))).toContain('agent doctor');
    expect(nextStep(runReport({ exitCode: 130 }))).toContain('run again');
    expect(nextStep(runReport())).toBeNull();
  });
  it('opens with the commit and the files that are not looked at', () => {
    expect(openingLine({ base: SHA, branch: 'main', uncommitted: 3, workingTree: false })).toBe(
      'checking 123456789 on main; 3 uncommitted files not looked at',
    );
    expect(openingLine({ base: SHA, branch: 'main', uncommitted: 0, workingTree: true })).toBe(
      'checking the working tree on 123456789 (main)',
    );
    expect(openingLine({ base: SHA, branch: null, uncommitted: 0, workingTree: false })).toBe('checking 123456789 on a detached HEAD');
  });
  it('writes durations as people do', () => {
    expect([40, 9_940, 9_960, 59_400, 59_600, 185_000].map(duration)).toEqual(['0.0 s', '9.9 s', '10 s', '59 s', '1 min 0 s', '3 min 5 s']);
  });
});

describe('annotations', () => {
  it('name file, line and column and leave out what was repaired', () => {
    expect(annotationsOf(report)).toBe(
      '::error file=tests/a.test.ts,line=12,title=Tests%3A test::adds up\n::warning title=Tests%3A coverage::80 %25 of 90 %25\n',
    );
  });
  it('are at most ten of a type', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      finding({ fingerprint: String(index), severity: index % 2 === 0 ? 'error' : 'warning' }),
    );
    const lines = annotationsOf(runReport({ runs: [agentRun({ checks: [checkRun({ findings: many })] })] }))
      .trimEnd()
      .split('\n');
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(10);
  });
});

describe('the job summary', () => {
  it('lists agents and what is left', () => {
    const text = jobSummaryOf(report);
    expect(text).toContain('### Upkeep: 123456789 on main');
    expect(text).toMatch(/\| ✎ backend \| fixed 2 problems in 1 file \\\(abcdef123\\\) \| 1\.5 s \|/);
    expect(text).toContain('| error | tests/a.test.ts:12 | adds up |');
  });
  it('tells what was said on GitHub and what could not be said', () => {
    expect(jobSummaryOf(runReport({ notes: ['an issue is open for docs'] }))).toContain('\n- an issue is open for docs\n');
  });

  it('shows text of the repository as text', () => {
    expect(markdown('_https://x.test 9https://x.test _www.x.test')).not.toMatch(/https:|www\./);
    expect(markdown('<img src=x> [a](b) | `c` @team https://x.test')).not.toMatch(/<|(?<!\\)[[\]()|`]|@team|https:/);
    const hostile = runReport({
      branch: HOSTILE,
      runs: [
        agentRun({
          outcome: 'failed',
          checks: [checkRun({ title: HOSTILE, findings: [finding({ message: HOSTILE, path: HOSTILE, rule: HOSTILE })] })],
        }),
      ],
    });
    expect(jobSummaryOf(hostile)).not.toMatch(/<b>|@team|\x1b/);
  });
  it('stays within what GitHub takes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upkeep-summary-'));
    const path = join(folder, 'summary.md');
    await writeJobSummary(
      path,
      runReport({
        runs: [
          agentRun({
            checks: [checkRun({ findings: Array.from({ length: 60 }, (_, line) => finding({ line, message: 'ä'.repeat(40_000) })) })],
          }),
        ],
      }),
    );
    const bytes = await readFile(path);
    expect(bytes.length).toBeLessThan(1024 * 1024);
    expect(bytes.toString('utf8')).not.toContain('\uFFFD');
    await rm(folder, { recursive: true });
  });
});

describe('the JSON document', () => {
  it('has exactly the keys that are promised', () => {
    const document = jsonDocument(report) as { runs: { checks: { findings: object[] }[]; commit: object }[]; delivery: object };
    expect(Object.keys(document)).toEqual([
      'schemaVersion',
      'repository',
      'branch',
      'base',
      'head',
      'runs',
      'delivery',
      'commitlint',
      'hooksPassedOver',
      'notes',
      'exitCode',
    ]);
    expect(Object.keys(document.runs[0] ?? {})).toEqual(['agent', 'runId', 'outcome', 'reason', 'durationMs', 'checks', 'commit']);
    expect(Object.keys(document.runs[0]?.checks[0] ?? {})).toEqual(['check', 'outcome', 'reason', 'durationMs', 'command', 'findings']);
    expect(Object.keys(document.runs[0]?.checks[0]?.findings[0] ?? {})).toEqual([
      'path',
      'line',
      'column',
      'rule',
      'severity',
      'message',
      'fingerprint',
      'fixed',
    ]);
    expect(Object.keys(document.runs[0]?.commit ?? {})).toEqual(['sha', 'subject', 'files']);
    expect(document.delivery).toEqual({
      mode: 'local',
      outcome: 'delivered',
      branch: 'main',
      reason: null,
      proposals: [],
      verifications: [],
    });
  });
});

describe('the SARIF file', () => {
  it('has a rule, a place and a fingerprint for each finding that is left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upkeep-sarif-'));
    const path = join(folder, 'new', 'out.sarif');
    await writeSarif(path, report, '1.2.3');
    const document = JSON.parse(await readFile(path, 'utf8')) as {
      version: string;
      runs: { results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    await rm(folder, { recursive: true });
    expect(document.version).toBe('2.1.0');
    const [run] = document.runs;
    expect(run?.results).toHaveLength(2);
    expect(run?.tool.driver.rules.map((rule) => rule.id)).toEqual(['tests/test', 'tests/coverage']);
    expect(run?.results[0]).toMatchObject({
      ruleId: 'tests/test',
      ruleIndex: 0,
      level: 'error',
      partialFingerprints: { 'upkeep/v1': 'c'.repeat(16) },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'tests/a.test.ts' }, region: { startLine: 12 } } }],
    });
  });
  it('escapes paths and lists a check that several agents share once', () => {
    const shared = checkRun({ check: 'eslint', outcome: 'failed', findings: [finding({ path: 'a b/ü#?.ts' })] });
    const document = sarifDocument(
      runReport({ runs: [agentRun({ checks: [shared] }), agentRun({ agent: 'frontend', checks: [shared] })] }),
      '1.0.0',
    ) as { runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[] };
    expect(document.runs[0]?.results).toHaveLength(1);
    expect(document.runs[0]?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('a%20b/%C3%BC%23%3F.ts');
  });
  it('says which checks could not be carried out', () => {
    const document = sarifDocument(
      runReport({ runs: [agentRun({ outcome: 'errored', checks: [checkRun({ outcome: 'errored', reason: 'timeout' })] })] }),
      '1.0.0',
    ) as { runs: { invocations: { executionSuccessful: boolean; toolExecutionNotifications: object[] }[] }[] };
    expect(document.runs[0]?.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error' }],
    });
  });
});
