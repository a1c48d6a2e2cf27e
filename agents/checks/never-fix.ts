/** Files that people or other tools write, and that no fixer touches. */

const HISTORY = /^(changelog|changes|history|releases?|release[-_ ]?notes|news)([-_.].*)?$/i;
const LEGAL =
  /^((un)?licen[cs]es?|copying|copyright|notice|patents|third[-_]?party[-_]?(licen[cs]es|notices?)|authors|contributors)([-_.].*)?$/i;
const PROSE = /^$|\.(md|mdx|markdown|txt|rst|adoc|html?)$/i;
const LOCKFILE =
  /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|deno\.lock|composer\.lock|Gemfile\.lock|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|go\.sum|flake\.lock|mix\.lock|Podfile\.lock|\.pnp\.(c|loader\.m)?js)$/;
const MINIFIED = /[.-]min\.[a-z]+$|\.(js|css|mjs|cjs)\.map$|\.bundle\.[cm]?js$/i;
const SNAPSHOT = /\.(snap|snapshot)(\.[a-z]+)?$|\.ambr$|\.approved\.[a-z]+$/i;
const GENERATED_NAME = /\.(generated|gen)\.[a-z]+$|_generated\.[a-z]+$|\.pb\.[a-z]+$|_pb\.[jt]s$/i;
const FOREIGN_FOLDER =
  /^(\.changeset|\.changes|node_modules|bower_components|jspm_packages|vendor|vendors|vendored|third[-_]party|__snapshots__|__generated__|generated|\.yarn|\.git)$/i;

/** Whether a fixer may change this repository-relative path: no history, changesets, licences, lockfiles, snapshots, generated, vendored or minified files. */
export function mayFix(path: string): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (parts.some((folder) => FOREIGN_FOLDER.test(folder))) return false;
  if (LOCKFILE.test(name) || MINIFIED.test(name) || SNAPSHOT.test(name) || GENERATED_NAME.test(name)) return false;
  return !isRecord(name);
}

/** Whether a path is a record of the past or a legal text: right as it was written. */
export function isRecord(path: string): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (parts.some((folder) => /^(\.changeset|\.changes|licenses|changelogs?|release[-_]notes)$/i.test(folder))) return true;
  const dot = name.lastIndexOf('.');
  const extension = dot <= 0 ? '' : name.slice(dot);
  return (PROSE.test(extension) || LEGAL.test(name)) && (HISTORY.test(name) || LEGAL.test(name)) && !isCodeName(name);
}

function isCodeName(name: string): boolean {
  return /\.([cm]?[jt]sx?|vue|svelte|py|rb|go|rs|css|scss|json|ya?ml)$/i.test(name);
}
