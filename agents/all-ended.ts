/**
 * `Promise.all` that waits until every one has ended before it fails, with the first failure: work that goes on side by side
 * must not lose its worktrees, nor what it has finished, because one part of it failed.
 */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(works);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}
