/** What this process would leave behind if it ended at this moment. Imports nothing: whoever handles signals loads it first of all. */

const works = new Set<() => void>();

/** Until it is disposed of, something is under way; `abandon` ends at once what must not outlive us, without waiting. */
export function whileUnderWay(abandon: () => void): Disposable {
  // A function of its own, so that the same one may be given twice.
  const work = (): void => abandon();
  works.add(work);
  return { [Symbol.dispose]: () => void works.delete(work) };
}

/** Ends what is under way; says whether there was anything, so that something may be left to clean up. */
export function abandonAll(): boolean {
  for (const abandon of works) abandon();
  return works.size > 0;
}
