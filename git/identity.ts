/** Author and committer of everything that Upkeep commits. */
export const BOT_NAME = 'upkeep[bot]';
export const BOT_EMAIL = 'upkeep[bot]@users.noreply.github.com';

/** Environment of a command that writes a commit or a reflog, whatever identity the machine has or lacks. */
export function botIdentity(date?: Date | string): Record<string, string> {
  const identity = {
    GIT_AUTHOR_NAME: BOT_NAME,
    GIT_AUTHOR_EMAIL: BOT_EMAIL,
    GIT_COMMITTER_NAME: BOT_NAME,
    GIT_COMMITTER_EMAIL: BOT_EMAIL,
  };
  if (date === undefined) return identity;
  const stamp = typeof date === 'string' ? date : gitDate(date);
  return { ...identity, GIT_AUTHOR_DATE: stamp, GIT_COMMITTER_DATE: stamp };
}

/** The date in Git's own format: seconds and UTC. */
export function gitDate(date: Date): string {
  return `@${Math.floor(date.getTime() / 1000)} +0000`;
}
