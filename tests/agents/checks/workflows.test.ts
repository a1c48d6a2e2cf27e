import { describe, expect, it } from 'vitest';
import { workflows } from '../../../agents/checks/workflows.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const SHA = '11bd71901bbe5b1630ceea73d27597364c9af683';
const CHECKOUT = `actions/checkout@${SHA}`;

/** A workflow with nothing to complain about, but for what a test puts in. */
function workflow(parts: { on?: string; top?: string; job?: string; steps?: string } = {}): string {
  const { on = 'on: push', top = 'permissions: {}', job = '', steps = '      - run: echo hi' } = parts;
  return (
    [
      `name: CI`,
      on,
      top,
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    timeout-minutes: 5',
      ...(job === '' ? [] : [job]),
      '    steps:',
      steps,
      '',
    ]
      .filter((line) => line !== '')
      .join('\n') + '\n'
  );
}

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(workflows);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path?.split('/').at(-1)}:${line} ${rule} ${severity}`);
}

/** What each of these workflows gets, all of them looked at in one go: actionlint takes its time to start. */
async function each(workflows: Readonly<Record<string, Parameters<typeof workflow>[0] | string>>): Promise<Record<string, string[]>> {
  const names = Object.keys(workflows);
  const files = Object.values(workflows).map((parts, index): [string, string] => [
    `.github/workflows/w${index}.yml`,
    typeof parts === 'string' ? parts : workflow(parts),
  ]);
  const found = await problems(Object.fromEntries(files));
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      found.filter((line) => line.startsWith(`w${index}.yml:`)).map((line) => line.slice(line.indexOf(':') + 1)),
    ]),
  );
}

const HEAD_CHECKOUT = `      - uses: ${CHECKOUT}\n        with:\n          persist-credentials: false\n          ref: \${{ github.event.pull_request.head.sha }}`;
const LABEL = "    if: contains(github.event.pull_request.labels.*.name, 'safe to test')";

describe('broken workflows', () => {
  it('finds what GitHub would refuse, as errors', async () => {
    const found = await each({
      sound: {},
      schedule: { on: "on:\n  schedule:\n    - cron: '*/5 * * *'" },
      needs: { job: '    needs: [test]' },
      key: { job: '    timeout: 5' },
      variable: { steps: '      - run: echo ${{ githb.sha }}' },
      unclosed: { steps: '      - run: echo ${{ github.sha }' },
    });
    expect(found).toEqual({
      sound: [],
      schedule: ['4 events error'],
      needs: ['5 job-needs error'],
      key: ['8 syntax-check error'],
      variable: ['9 expression error'],
      unclosed: ['9 expression error'],
    });
  });

  it('finds YAML that does not parse, without losing the other files, and survives what is no workflow at all', async () => {
    const found = await each({
      list: 'name: x\njobs: [\n',
      quote: 'name: "x\non: push\n',
      duplicate: 'a: 1\na: 2\n',
      empty: '',
      'not a map': '- just\n- a list\n',
      'a number for a job': 'on: push\njobs:\n  a: 7\n',
      needs: { job: '    needs: [test]' },
    });
    for (const name of ['list', 'quote', 'duplicate'])
      expect(
        found[name]?.every((line) => line.endsWith('yaml-syntax error')),
        name,
      ).toBe(true);
    for (const [name, lines] of Object.entries(found))
      expect(
        lines.some((line) => line.endsWith('error')),
        name,
      ).toBe(true);
    expect(found['needs']).toEqual(['5 job-needs error']);
  });

  it('only warns of what ages, and knows what GitHub has learnt since', async () => {
    const found = await each({
      command: { steps: '      - run: echo "::set-output name=a::b"' },
      input: { steps: `      - uses: actions/setup-node@v4\n        with:\n          brand-new: x` },
      label: workflow().replace('ubuntu-latest', 'ubuntu-30.04'),
      queue: { top: 'permissions:\n  models: read\nconcurrency:\n  group: a\n  queue: max' },
      alias: { steps: '      - &say\n        run: echo hi\n      - *say' },
      'alias and error': { job: '    needs: [test]', steps: '      - &say\n        run: echo hi\n      - *say' },
    });
    expect(found).toEqual({
      command: ['9 deprecated-commands warning'],
      input: ['9 unpinned-action warning', '11 action warning'],
      label: ['6 runner-label warning'],
      queue: [],
      alias: [],
      'alias and error': ['null job-needs error'],
    });
  });

  it('follows labels and ignore rules of actionlint.yaml', async () => {
    const config =
      'self-hosted-runner:\n  labels: ["ubuntu-3*"]\npaths:\n  .github/workflows/**/*.yml:\n    ignore:\n      - does not exist in this workflow\n';
    const text = workflow({ job: '    needs: [test]' }).replace('ubuntu-latest', 'ubuntu-30.04');
    expect(await problems({ '.github/actionlint.yaml': config, '.github/workflows/ci.yml': text })).toEqual([]);
  });
});

describe('workflows that an attacker can use', () => {
  it('finds untrusted text in scripts, as errors', async () => {
    const found = await each({
      title: { steps: '      - run: |\n          echo start\n          echo "${{ github.event.issue.title }}"' },
      branch: { steps: '      - run: git checkout ${{ github.head_ref }}' },
      message: { steps: '      - run: echo "${{ github.event.head_commit.message }}"' },
      brackets: { steps: "      - run: echo ${{ github.event['comment']['body'] }}" },
      everything: { steps: '      - run: echo ${{ toJSON(github.event) }}' },
      fallback: { steps: "      - run: echo ${{ github.head_ref != '' && github.head_ref || 'main' }}" },
      'github-script': {
        steps: `      - uses: actions/github-script@${SHA}\n        with:\n          script: |\n            const body = "\${{ github.event.comment.body }}"`,
      },
    });
    expect(found).toEqual({
      title: ['11 untrusted-expression error'],
      branch: ['9 untrusted-expression error'],
      message: ['9 untrusted-expression error'],
      brackets: ['9 untrusted-expression error'],
      everything: ['9 untrusted-expression error'],
      fallback: ['9 untrusted-expression error'],
      'github-script': ['12 untrusted-expression error'],
    });
  });

  it('finds the checkout of a stranger’s code next to secrets', async () => {
    const found = await each({
      head: { on: 'on: pull_request_target', steps: HEAD_CHECKOUT },
      'in a pull request': { on: 'on: pull_request', steps: HEAD_CHECKOUT },
      guarded: { on: 'on: pull_request_target', job: LABEL, steps: HEAD_CHECKOUT },
      command: { on: 'on: [pull_request_target]', steps: '      - run: gh pr checkout "$NUMBER"' },
      base: { on: 'on: pull_request_target', steps: `      - uses: ${CHECKOUT}\n        with:\n          persist-credentials: false` },
      environment: { on: 'on: [issue_comment]', steps: '      - run: echo "a=b" >> $GITHUB_ENV' },
    });
    expect(found).toEqual({
      head: ['12 untrusted-checkout error'],
      'in a pull request': [],
      guarded: ['13 untrusted-checkout warning'],
      command: ['9 untrusted-checkout error'],
      base: [],
      environment: ['9 environment-file warning'],
    });
  });

  it('warns of habits that help an attacker', async () => {
    const found = await each({
      'no permissions': { top: '' },
      'all permissions': { top: 'permissions: write-all' },
      'many permissions': {
        job: '    permissions:\n      actions: write\n      checks: write\n      contents: write\n      issues: write\n      packages: write\n      pages: write',
      },
      'what one job needs': {
        job: '    permissions:\n      checks: write\n      contents: write\n      issues: write\n      pull-requests: write',
      },
      'permissions of the job': { top: '', job: '    permissions: {}' },
      'every secret': 'on: push\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n',
      endless: workflow().replace('    timeout-minutes: 5\n', ''),
      secret: { steps: '      - run: login "${{ secrets.TOKEN }}"' },
      pipe: { steps: '      - run: curl -fsSL https://x.org/i.sh | sudo bash' },
      tag: { steps: '      - uses: someone/thing@v1\n      - uses: someone/thing@v1' },
      image: { steps: '      - uses: docker://alpine:3' },
      token: { steps: `      - uses: ${CHECKOUT}` },
    });
    expect(found).toEqual({
      'no permissions': ['4 permissions-missing warning'],
      'all permissions': ['3 permissions-excessive warning'],
      'many permissions': ['8 permissions-excessive warning'],
      'what one job needs': [],
      'permissions of the job': [],
      'every secret': ['6 secrets-inherit warning'],
      endless: ['5 no-timeout warning'],
      secret: ['9 secret-in-script warning'],
      pipe: ['9 pipe-to-shell warning'],
      tag: ['9 unpinned-action warning'],
      image: ['9 unpinned-action warning'],
      token: ['9 persist-credentials warning'],
    });
  });

  it('says nothing about what is sound', async () => {
    const found = await each({
      'what strangers cannot choose': {
        steps: '      - run: echo ${{ github.event.number }} ${{ github.event.pull_request.head.sha }} ${{ github.event.issue.id }}',
      },
      comparisons: { steps: `      - run: echo \${{ github.head_ref == 'main' }} \${{ contains(github.event.pull_request.title, 'x') }}` },
      env: {
        steps:
          '      - run: echo "$TITLE"\n        env:\n          TITLE: ${{ github.event.issue.title }}\n          TOKEN: ${{ secrets.TOKEN }}',
      },
      conditions: { steps: "      - if: startsWith(github.head_ref, 'x')\n        run: echo hi" },
      'a token that a later step pushes with': { steps: `      - uses: ${CHECKOUT}\n      - run: git push origin HEAD` },
      pins: {
        steps: `      - uses: ./.github/actions/x\n      - uses: a/b@${SHA} # v1.2.3\n      - uses: docker://alpine@sha256:${'a'.repeat(64)}`,
      },
    });
    expect(Object.values(found).flat()).toEqual([]);
  });

  it('looks into composite actions', async () => {
    const action =
      'name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: echo ${{ github.event.issue.body }}\n    - uses: a/b@main\n';
    expect(await problems({ 'tools/greet/action.yml': action })).toEqual([
      'action.yml:7 untrusted-expression error',
      'action.yml:8 unpinned-action warning',
    ]);
  });

  it('keeps fingerprints when lines move', async () => {
    const action = (steps: string): string => `name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n${steps}    - uses: a/b@v1\n`;
    const repository = checkFixture({ 'action.yml': action('') });
    const before = await repository.inspect(workflows);
    repository.write({ 'action.yml': action('    - run: echo hi\n      shell: bash\n') });
    const after = await repository.inspect(workflows);
    expect(after.findings[0]?.line).toBe(8);
    expect(after.findings[0]?.fingerprint).toBe(before.findings[0]?.fingerprint);
  });

  it('applies to workflows and actions, not to fixtures', async () => {
    expect((await checkFixture({ 'tests/fixtures/action.yml': '', 'docker-compose.yml': '' }).detect(workflows)).applies).toBe(false);
    const found = await checkFixture({ '.github/workflows/a.yml': '' }).detect(workflows);
    expect(
      found.applies && [found.reads('.github/workflows/b.yaml'), found.reads('x/action.yml'), found.reads('.github/dependabot.yml')],
    ).toEqual([true, true, false]);
  });
});
