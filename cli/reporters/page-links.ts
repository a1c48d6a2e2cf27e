/** Addresses on the pages of a GitHub host, safe to stand in Markdown. */

/** Makes links to one repository; without an address the words stand alone. */
export interface PageLinks {
  /** `words` are Markdown already. */
  commit(words: string, sha: string): string;
  /** To a line of a file at a commit. */
  file(words: string, at: { readonly sha: string; readonly path: string; readonly line: number | null }): string;
}

/** `pages`: `https://github.com/owner/name`, or null. */
export function pageLinks(pages: string | null): PageLinks {
  const base = pages !== null && /^https?:\/\/[\w.:/-]+$/.test(pages) ? pages : null;
  const link = (words: string, path: string): string => (base === null ? words : `[${words}](${base}/${path})`);
  return {
    commit: (words, sha) => link(words, `commit/${sha}`),
    file: (words, { sha, path, line }) => link(words, `blob/${sha}/${encodedPath(path)}${line === null ? '' : `#L${line}`}`),
  };
}

/** No character that ends a link in Markdown is left. */
function encodedPath(path: string): string {
  return path
    .toWellFormed()
    .split('/')
    .map((name) => encodeURIComponent(name).replace(/[!'()*~_]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');
}
