/** Decides where a link of a repository's Markdown leads. */
import { posix } from 'node:path';
import type { DocsSites } from './docs-site.ts';
import type { RepositoryPaths } from './repository-paths.ts';

/** Where a link leads, as far as the repository can tell. */
export type LinkTarget =
  /** Nothing to judge: another site, a template, a page of the host or of a documentation site. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'file'; readonly path: string; readonly fragment: string }
  | { readonly kind: 'folder' }
  | { readonly kind: 'wrong-case'; readonly path: string; readonly actual: string }
  | { readonly kind: 'missing'; readonly path: string };

const ELSEWHERE: LinkTarget = { kind: 'elsewhere' };
/** Words that stand for an address that the reader is to fill in. */
const PLACEHOLDER =
  /^\.?\.?\/?((a|the|your|some|my)[-_ ]?)?(url|uri|link|href|path|website|site|page|image|img|file|src|address|todo|tbd|xxx+|\.{2,}|…|example|placeholder|foo|bar)s?(-?here|\/to\/.*)?$/i;
const TEMPLATE = /\{\{|\}\}|\{%|%\}|<%|\$\{|\$\(|[<>{}|`*]|\[|\]|:\w+\/|…|\.\.\.$/;

/** What the decision needs to know besides the link. */
export interface LinkPlace {
  /** The file that holds the link. */
  readonly from: string;
  readonly paths: RepositoryPaths;
  readonly sites: DocsSites;
}

/** Where `target` leads when it is followed from `place.from`. */
export function resolveLink(target: string, place: LinkPlace): LinkTarget {
  if (target === '' || /^([a-z][a-z0-9+.-]*:|\/\/|\\)/i.test(target) || TEMPLATE.test(target) || PLACEHOLDER.test(target)) return ELSEWHERE;
  const hash = target.indexOf('#');
  const fragment = hash === -1 ? '' : target.slice(hash + 1);
  const withQuery = hash === -1 ? target : target.slice(0, hash);
  if (withQuery === '') return { kind: 'file', path: place.from, fragment };
  const written = decode(withQuery);
  const plain = decode(withQuery.split('?')[0] ?? '');
  if (plain === '') return ELSEWHERE;
  if (plain.startsWith('/')) return resolveRooted(plain, fragment, place);

  const found = look(join(place.from, plain), fragment, place) ?? look(join(place.from, written), fragment, place);
  if (found !== null) return found;
  const path = join(place.from, plain);
  if (isAbove(path)) return ELSEWHERE;
  if (place.sites.covers(place.from)) {
    // A site serves pages without their extension, and files from its public folder.
    if (!hasExtension(plain) || /\.html?$/.test(plain) || path.endsWith('/')) return ELSEWHERE;
    if (isPublished(plain.replace(/^(\.\.?\/)+/, ''), place)) return ELSEWHERE;
  }
  return place.paths.isUnknown(path) ? ELSEWHERE : missing(path, place);
}

/** `/x`: the repository's root on GitHub, the site's root elsewhere. */
function resolveRooted(target: string, fragment: string, place: LinkPlace): LinkTarget {
  const path = posix.normalize(target).replace(/^\/+/, '');
  const found = look(path, fragment, place);
  if (found !== null) return found;
  const first = path.split('/')[0] ?? '';
  const isOurs = path.includes('/') && place.paths.kindOf(first) === 'folder';
  if (place.sites.any || !isOurs || place.paths.isUnknown(path) || isPublished(path, place)) return ELSEWHERE;
  return missing(path, place);
}

/** Whether a site or an application serves the path from its public folder. */
function isPublished(path: string, { paths }: LinkPlace): boolean {
  return paths.endsWith(`public/${path}`) || paths.endsWith(`static/${path}`);
}

function look(path: string, fragment: string, { paths }: LinkPlace): LinkTarget | null {
  const clean = path.replace(/\/+$/, '');
  const kind = clean === '' || clean === '.' ? 'folder' : paths.kindOf(clean);
  if (kind === 'file') return { kind: 'file', path: clean, fragment };
  return kind === 'folder' ? { kind: 'folder' } : null;
}

function missing(path: string, { paths }: LinkPlace): LinkTarget {
  const clean = path.replace(/\/+$/, '');
  const actual = paths.otherCase(clean);
  return actual === null ? { kind: 'missing', path: clean } : { kind: 'wrong-case', path: clean, actual };
}

function join(from: string, target: string): string {
  return posix.join(posix.dirname(from), target);
}

function isAbove(path: string): boolean {
  return path === '..' || path.startsWith('../');
}

function hasExtension(path: string): boolean {
  return /\.[a-z0-9]{1,8}$/i.test(path);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
