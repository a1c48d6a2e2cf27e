/** GitHub as the maker of commits: what would be changed on its way out is not sent at all. */
import type { CommitPort, HostCommit } from '../../agents/delivery/commit-port.ts';
import type { GitHub } from '../../github/client.ts';
import { GitHubError } from '../../github/github-error.ts';

/** `redact`: takes secrets out of everything that is sent; a commit must arrive as it is, or not that way. */
export function commitPort(open: () => Promise<GitHub>, redact: (text: string) => string): CommitPort {
  let door: Promise<GitHub> | null = null;
  return {
    async commit(commit) {
      const unsafe = wouldBeChanged(commit, redact);
      if (unsafe !== null) {
        const reason = `${unsafe} holds what looks like a secret, and no request of Upkeep carries one`;
        return { ok: false, isTransient: false, reason, advice: null };
      }
      try {
        door ??= open();
        const { createVerifiedCommit } = await import('../../github/verified-commits.ts');
        const answer = await createVerifiedCommit(await door, commit);
        if (!answer.ok) return { ...answer, advice: null };
        const { sha, isVerified, signature } = answer;
        return { ok: true, value: { sha, isVerified, signature } };
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error;
        return { ok: false, isTransient: error.isTransient, reason: error.message, advice: null };
      }
    },
  };
}

/** The path, or `the message`, that would not arrive as it is. */
function wouldBeChanged({ message, additions, deletions }: HostCommit, redact: (text: string) => string): string | null {
  const isChanged = (text: string): boolean => redact(text) !== text;
  if (isChanged(message)) return 'the message';
  const path = additions.find((file) => isChanged(file.path) || isChanged(file.content.toString('base64')))?.path;
  return path ?? deletions.find(isChanged) ?? null;
}
