/** What Upkeep itself did, told apart from what people did: no loop goes through a webhook. Pure. */

/** A trailer line of our commits, in the last paragraph of the message. */
const TRAILER = /^Agent-Run: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m;

/** Whether the message is that of an agent's commit. */
export function isOwnMessage(message: string): boolean {
  const paragraphs = message.trimEnd().split(/\n[ \t\r]*\n/);
  return paragraphs.length > 1 && TRAILER.test((paragraphs.at(-1) ?? '').replaceAll('\r', ''));
}

/** Whether agents made all of these commits. People push our commits along with their own: then it is theirs. */
export function areOwnCommits(messages: readonly string[]): boolean {
  return messages.length > 0 && messages.every(isOwnMessage);
}

/** Whether Upkeep keeps this branch: `upkeep/qa` holds a pull request, `upkeep/ledger` the ledger. */
export function isOwnBranch(branch: string): boolean {
  return branch.startsWith('upkeep/');
}
