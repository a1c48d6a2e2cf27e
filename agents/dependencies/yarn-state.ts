/** What Yarn wrote into node_modules about its last install, compared with yarn.lock. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In one clause why they differ; `same`; null when there is no record that could tell. */
export type YarnComparison = { readonly same: true } | { readonly same: false; readonly why: string } | null;

/** Compares the node_modules below `root` with the text of yarn.lock, of Yarn 1 or of a later one. */
export async function compareWithYarnRecord(root: string, lock: string): Promise<YarnComparison> {
  const isClassic = !/^__metadata:/m.test(lock);
  const record = await readFile(join(root, 'node_modules', isClassic ? '.yarn-integrity' : '.yarn-state.yml'), 'utf8').catch(() => null);
  if (record === null) return null;
  return isClassic ? compareClassic(record, lock) : compareBerry(record, lock);
}

/** Yarn 1 copies what each range was resolved to. */
function compareClassic(record: string, lock: string): YarnComparison {
  let entries: Readonly<Record<string, string>> | undefined;
  try {
    entries = (JSON.parse(record) as { lockfileEntries?: Record<string, string> }).lockfileEntries;
  } catch {
    return null;
  }
  if (entries === undefined) return null;
  for (const [, patterns = '', resolved] of lock.matchAll(/^(\S.*):\r?\n(?: {2}(?!resolved)\S.*\r?\n)*(?: {2}resolved "([^"]*)")?/gm)) {
    for (const pattern of patterns.split(', ').map((one) => one.replace(/^"|"$/g, ''))) {
      const installed = entries[pattern];
      if (installed === undefined) return { same: false, why: `${pattern} of yarn.lock is not installed` };
      if (resolved !== undefined && installed !== resolved) return { same: false, why: `${pattern} was installed from another yarn.lock` };
    }
  }
  return { same: true };
}

/**
 * Later ones list what was installed. What is locked may be absent, because it is for another platform: only what the
 * workspaces themselves ask for must be there, as it is or patched.
 */
function compareBerry(record: string, lock: string): YarnComparison {
  const installed = new Set([...record.matchAll(/^"?([^\s"]\S*?)"?:\r?$/gm)].map(([, locator = '']) => withoutVirtual(locator)));
  const resolutions = new Map<string, string>();
  const asked: string[] = [];
  for (const [block, descriptors = ''] of lock.matchAll(/^"?(\S.*?)"?:\r?\n(?: {2}.*(?:\r?\n|$))+/gm)) {
    const resolution = /^ {2}resolution: "?(.+?)"?\r?$/m.exec(block)?.[1] ?? '';
    for (const descriptor of descriptors.split(', ')) resolutions.set(descriptor, resolution);
    if (resolution.includes('@workspace:')) asked.push(...askedBy(block));
  }
  const locked = new Set(resolutions.values());
  for (const locator of installed) {
    if (/@npm:/.test(locator) && !locator.includes('@patch:') && !locked.has(locator))
      return { same: false, why: `${readable(locator)} is installed, and yarn.lock has another` };
  }
  for (const descriptor of asked) {
    const resolution = resolutions.get(descriptor);
    if (resolution === undefined || !resolution.includes('@npm:') || installed.has(resolution)) continue;
    const patched = `${resolution.slice(0, resolution.lastIndexOf('@npm:'))}@patch:`;
    if (![...installed].some((locator) => locator.startsWith(patched)))
      return { same: false, why: `${readable(resolution)} of yarn.lock is not installed` };
  }
  return { same: true };
}

/** `name@npm:range` of everything below `dependencies:` that is not optional. */
function askedBy(block: string): string[] {
  const section = (name: string): string => new RegExp(`^ {2}${name}:\\r?\\n((?: {4}.*(?:\\r?\\n|$))+)`, 'm').exec(block)?.[1] ?? '';
  const optional = section('dependenciesMeta');
  return [...section('dependencies').matchAll(/^ {4}"?([^":]+)"?: "?(.+?)"?\r?$/gm)].flatMap(([, name = '', range = '']) =>
    optional.includes(name) ? [] : [`${name}@${range}`],
  );
}

/** `a@virtual:0123#npm:1.0.0` is `a@npm:1.0.0` with peers. */
function withoutVirtual(locator: string): string {
  return locator.replace(/@virtual:[0-9a-f]+#/, '@');
}

function readable(locator: string): string {
  return locator.replace('@npm:', ' ');
}
