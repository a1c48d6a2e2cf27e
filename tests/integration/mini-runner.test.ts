/** The runner that the tests of our workflow stand on does what GitHub's does. */
import { describe, expect, it } from 'vitest';
import { pairsOf } from '../support/workflow/command-files.ts';
import { runWorkflow, type WorkflowRequest } from '../support/workflow/run-workflow.ts';

const run = (workflow: string, more: Partial<WorkflowRequest> = {}) =>
  runWorkflow({
    workflow,
    event: 'push',
    payload: { ref: 'refs/heads/main', head_commit: { message: 'feat: $(touch pwned)' } },
    github: { ref: 'refs/heads/main', repository: 'acme/site' },
    tokenFor: (permissions) => JSON.stringify(permissions),
    actions: {},
    ...more,
  });

describe('the runner of workflows', () => {
  it('passes outputs from step to step and from job to job, and skips what a condition does not let through', async () => {
    const result = await run(`
on: { push: }
jobs:
  gate:
    outputs: { due: '\${{ steps.look.outputs.due }}' }
    steps:
      - id: look
        run: echo "due=true" >> "$GITHUB_OUTPUT"
  work:
    needs: gate
    if: needs.gate.outputs.due == 'true'
    steps:
      - run: echo "seen $DUE on $GITHUB_REPOSITORY"
        env: { DUE: '\${{ needs.gate.outputs.due }}' }
  rest:
    needs: gate
    if: needs.gate.outputs.due == 'false'
    steps:
      - run: exit 1
`);
    expect(result['work']?.steps[0]?.log).toBe('seen true on acme/site\n');
    expect([result['work']?.result, result['rest']?.result]).toEqual(['success', 'skipped']);
  });

  it('ends a job at a failing step, runs what is for that, and skips the jobs that need it', async () => {
    const result = await run(`
on: { push: }
jobs:
  a:
    steps:
      - run: exit 3
      - run: echo never
      - if: failure()
        run: echo "page" >> "$GITHUB_STEP_SUMMARY"
  b:
    needs: a
    steps:
      - run: echo never
`);
    expect(result['a']?.steps.map(({ outcome }) => outcome)).toEqual(['failure', 'skipped', 'success']);
    expect(result['a']).toMatchObject({ result: 'failure', summary: 'page\n' });
    expect(result['b']?.result).toBe('skipped');
  });

  it('gives each job a token with the permissions that it asks for and no other, and processes only what env names', async () => {
    const result = await run(`
on: { push: }
permissions: { contents: read }
jobs:
  a:
    permissions: { issues: write }
    steps:
      - run: echo "$TOKEN"; env | grep -c issues
        env: { TOKEN: '\${{ github.token }}' }
  b:
    steps:
      - run: env | grep -c contents || true
`);
    expect(result['a']?.steps[0]?.log).toBe('{"issues":"write"}\n1\n');
    expect(result['b']?.steps[0]?.log).toBe('0\n');
  });

  it('puts an expression into a script as text, so that an injection shows', async () => {
    const result = await run(`
on: { push: }
jobs:
  a:
    steps:
      - run: "true; echo \${{ github.event.head_commit.message }}; ls"
`);
    expect(result['a']?.steps[0]?.log).toContain('pwned');
  });

  it('refuses an event that does not start the workflow, actions that nothing stands for, and lines that are no output', async () => {
    await expect(run('on: { schedule: }\njobs: {}')).rejects.toThrow('push does not start');
    await expect(run('on: { push: }\njobs: { a: { steps: [{ uses: acme/thing@v1 }] } }')).rejects.toThrow(
      'nothing stands for acme/thing@v1',
    );
    expect(() => pairsOf('no equals sign')).toThrow('not a line');
    expect(pairsOf('a=1\nb<<END\nx=y\nz\nEND\n')).toEqual({ a: '1', b: 'x=y\nz' });
  });
});
