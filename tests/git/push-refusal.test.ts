/** What GitHub, other servers and git itself say when they refuse a push, word for word as they print it. */
import { describe, expect, it } from 'vitest';
import { PUSH_ADVICE, refusalOfRef, refusalOfStderr, serverWords } from '../../git/push-refusal.ts';

/** The text of stderr with `remote: ` before each line and the padding that the sideband adds. */
function remote(...lines: readonly string[]): string {
  return lines.map((line) => `remote: ${line}        \n`).join('');
}

const RULESET = remote(
  'error: GH013: Repository rule violations found for refs/heads/main.',
  'Review all repository rules at https://github.com/octo/hello/rules?ref=refs%2Fheads%2Fmain',
  '',
  '- Changes must be made through a pull request.',
  '',
  '- Required status check "ci" is expected.',
  '',
);

const SECRET = remote(
  'error: GH013: Repository rule violations found for refs/heads/main.',
  '',
  '- GITHUB PUSH PROTECTION',
  '  —————————————————————————————————————————',
  '    Resolve the following violations before pushing again',
  '',
  '    - Push cannot contain secrets',
  '',
  '     (?) Learn how to resolve a blocked push',
  '     https://docs.github.com/code-security/secret-scanning/working-with-push-protection-from-the-command-line#resolving-a-blocked-push',
  '',
  '      —— GitHub Personal Access Token ——————————————————————',
  '       locations:',
  '         - commit: 5477a7dd26384ed3c8b3814ee677f755ad27a597',
  '           path: src/api/github.ts:34',
);

const RESTRICTED_PATH = remote(
  'error: GH013: Repository rule violations found for refs/heads/main.',
  '',
  '- GITHUB PUSH PROTECTION',
  '    Resolve the following violations before pushing again',
  '    - File path is restricted',
);

const PROTECTED = remote(
  'error: GH006: Protected branch update failed for refs/heads/main.',
  '',
  '- Changes must be made through a pull request.',
  '- 2 of 2 required status checks are expected.',
);

const LARGE = remote(
  'error: Trace: 4e2d5a1f8b7c1d',
  'error: See https://gh.io/lfs for more information.',
  "error: File assets/film.mov is 212.13 MB; this exceeds GitHub's file size limit of 100.00 MB",
  'error: GH001: Large files detected. You may want to try Git Large File Storage - https://git-lfs.github.com.',
);

const LFS = remote(
  'error: GH008: Your push referenced at least 1 unknown Git LFS object:',
  '    9d1a4d8ee2a1c0b6f1f6a1b9a4f9b0d7c7a6f5e4d3c2b1a09f8e7d6c5b4a3f2e',
  "Try to push them with 'git lfs push --all'.",
);

describe('the reason of a refused ref', () => {
  it.each([
    ['protected', '[remote rejected] (protected branch hook declined)', PROTECTED],
    [
      'protected',
      '[remote rejected] (pre-receive hook declined)',
      remote('GitLab: You are not allowed to push code to protected branches on this project.'),
    ],
    ['ruleset', '[remote rejected] (push declined due to repository rule violations)', RULESET],
    ['ruleset', '[remote rejected] (push declined due to repository rule violations)', RESTRICTED_PATH],
    ['ruleset', '[remote rejected] (pre-receive hook declined)', RULESET],
    ['secret', '[remote rejected] (push declined due to repository rule violations)', SECRET],
    ['secret', '[remote rejected] (pre-receive hook declined)', remote('error: GH009: Secrets detected! This push failed.')],
    [
      'workflow-permission',
      '[remote rejected] (refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission)',
      '',
    ],
    ['workflow-permission', '[remote rejected] (refusing to allow an integration to create or update .github/workflows/ci.yml)', ''],
    [
      'workflow-scope',
      '[remote rejected] (refusing to allow an OAuth App to create or update workflow `.github/workflows/ci.yml` without `workflow` scope)',
      '',
    ],
    [
      'workflow-scope',
      '[remote rejected] (refusing to allow a Personal Access Token to create or update workflow `.github/workflows/release.yaml` without `workflow` scope)',
      '',
    ],
    ['lfs', '[remote rejected] (pre-receive hook declined)', LFS],
    ['too-large', '[remote rejected] (pre-receive hook declined)', LARGE],
    ['hook-declined', '[remote rejected] (pre-receive hook declined)', remote('POLICY: messages must name a ticket')],
    ['hook-declined', '[remote rejected] (hook declined)', ''],
    ['moved', '[rejected] (fetch first)', ''],
    ['moved', '[rejected] (non-fast-forward)', ''],
    ['moved', '[rejected] (stale info)', ''],
    ['moved', "[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)", ''],
    ['moved', "[remote rejected] (cannot lock ref 'refs/heads/main': reference already exists)", ''],
    ['moved', '[remote rejected] (incorrect old value provided)', ''],
    [
      'locked',
      "[remote rejected] (cannot lock ref 'refs/heads/main': Unable to create '/data/hello.git/refs/heads/main.lock': File exists.)",
      '',
    ],
    ['locked', '[remote rejected] (failed to update ref)', ''],
    [
      'name-taken',
      "[remote rejected] (cannot lock ref 'refs/heads/upkeep/docs': 'refs/heads/upkeep' exists; cannot create 'refs/heads/upkeep/docs')",
      '',
    ],
    ['name-taken', '[remote rejected] (directory file conflict)', ''],
    ['unreachable', '[remote failure] (remote failed to report status)', ''],
    ['unreachable', '[remote rejected] (Internal Server Error)', ''],
    ['followed', '[rejected] (atomic push failed)', ''],
    ['followed', '[remote rejected] (atomic transaction failed)', ''],
    ['failed', '[remote rejected] (deny updating a hidden ref)', ''],
  ] as const)('is %s for %j', (reason, summary, stderr) => {
    expect(refusalOfRef(summary, stderr)).toBe(reason);
  });
});

describe('the reason of a push of which no ref was reported', () => {
  it.each([
    [
      'archived',
      "remote: This repository was archived so it is read-only.\nfatal: unable to access 'https://github.com/octo/hello.git/': The requested URL returned error: 403\n",
    ],
    ['archived', 'ERROR: This repository was archived so it is read-only.\nfatal: Could not read from remote repository.\n'],
    [
      'denied',
      "remote: Permission to octo/hello.git denied to github-actions[bot].\nfatal: unable to access 'https://github.com/octo/hello.git/': The requested URL returned error: 403\n",
    ],
    ['denied', 'ERROR: Permission to octo/hello.git denied to deploy key\nfatal: Could not read from remote repository.\n'],
    ['denied', 'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.\n'],
    ['denied', "remote: Write access to repository not granted.\nfatal: unable to access 'https://github.com/octo/hello.git/': …\n"],
    ['denied', "remote: The 'octo' organization has enabled or enforced SAML SSO.\n"],
    ['too-large', 'remote: fatal: pack exceeds maximum allowed size\n'],
    ['failed', 'who knows\n'],
  ] as const)('is %s for %j', (reason, stderr) => {
    expect(refusalOfStderr(stderr)).toBe(reason);
  });
});

describe('the advice', () => {
  it('says for each reason what to do, in one sentence', () => {
    for (const { advice } of Object.values(PUSH_ADVICE)) expect(advice).toMatch(/^[a-z][^\n]{20,300}$/);
  });

  it('proposes only what a branch of its own may hold', () => {
    const may = Object.entries(PUSH_ADVICE).flatMap(([reason, { mayPropose }]) => (mayPropose ? [reason] : []));
    expect(may).toEqual(['protected', 'ruleset', 'hook-declined']);
  });

  it.each([
    ['protected', '/settings/branches'],
    ['ruleset', '/settings/rules'],
    ['secret', '/settings/security_analysis'],
    ['denied', '/settings/actions'],
    ['archived', '/settings'],
  ] as const)('names the page of the setting for %s', (reason, page) => {
    expect(PUSH_ADVICE[reason].page).toBe(page);
  });
});

describe("the server's own words", () => {
  it('are told without prefixes, empty lines and ornaments', () => {
    expect(serverWords(RULESET)).toEqual([
      'GH013: Repository rule violations found for refs/heads/main.',
      'Review all repository rules at https://github.com/octo/hello/rules?ref=refs%2Fheads%2Fmain',
      '- Changes must be made through a pull request.',
      '- Required status check "ci" is expected.',
    ]);
    expect(serverWords(LARGE)[1]).toContain('film.mov is 212.13 MB');
  });

  it('are told of a hook that nobody knows, and of a server behind ssh', () => {
    expect(serverWords(remote('POLICY: messages must name a ticket'))).toEqual(['POLICY: messages must name a ticket']);
    expect(serverWords('ERROR: Permission to octo/hello.git denied to deploy key\nfatal: Could not read\n')).toEqual([
      'Permission to octo/hello.git denied to deploy key',
    ]);
  });

  it('are few and short, however much it says, and each but once', () => {
    const many = remote(...Array.from({ length: 50 }, (_, i) => `line ${i} ${'x'.repeat(400)}`), 'line 0 x');
    expect(serverWords(many)).toHaveLength(8);
    expect(serverWords(many).every((line) => line.length <= 200)).toBe(true);
    expect(serverWords(remote('no', 'no', 'no'))).toEqual(['no']);
  });

  it('leave progress out', () => {
    expect(serverWords('remote: Resolving deltas: 100% (1/1), done.\nTo https://github.com/octo/hello\n')).toEqual([]);
  });
});
