/** Documentation sites resolve links by rules of their own; here is which folders they cover. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';

/** Configuration files of site generators; the first group is the folder that the site covers. */
const MARKS: readonly RegExp[] = [
  /^(.*\/)?docusaurus\.config\.[cm]?[jt]s$/,
  /^(.*\/)?\.(?:vitepress|vuepress)\/config[./]/,
  /^(.*\/)?(?:mkdocs|zensical|properdocs)\.(?:ya?ml|toml)$/,
  /^(.*\/)?(?:_config|hugo)\.(?:ya?ml|toml|json)$/,
  /^(.*\/)?config\/_default\//,
  /^(.*\/)?(?:astro|rspress|eleventy|gatsby|valaxy|velite|nuxt|next|svelte|theme)\.config\.[cm]?[jt]sx?$/,
  /^(.*\/)?(?:\.eleventy\.[cm]?js|book\.toml|_sidebar\.md|SUMMARY\.md|mint\.json|_quarto\.yml|antora\.yml|conf\.py)$/,
];

/** Which files belong to a documentation site. */
export interface DocsSites {
  readonly any: boolean;
  /** Whether links in this file follow a site's rules rather than GitHub's. */
  covers(path: string): boolean;
}

/** Finds the documentation sites of a repository by their configuration files. */
export function findDocsSites(project: Project): DocsSites {
  const dirs = new Set<string>();
  for (const file of project.files) {
    for (const mark of MARKS) {
      const match = mark.exec(file);
      if (match !== null) dirs.add(match[1] ?? '');
    }
  }
  return {
    any: dirs.size > 0,
    covers(path) {
      if (path.endsWith('.mdx')) return true;
      // GitHub shows these whatever else is built from them.
      if (isForHost(path)) return false;
      return [...dirs].some((dir) => path.startsWith(dir));
    },
  };
}

function isForHost(path: string): boolean {
  const isSpecial = /^(readme|contributing|code[_-]of[_-]conduct|security|support|changelog|governance|maintainers)([._-]|$)/i.test(
    posix.basename(path),
  );
  return path.startsWith('.github/') || (isSpecial && !/(^|\/)(docs?|website|site|content|pages)\//.test(path));
}
