import picomatch from 'picomatch';

/** Whether a path matches a glob as command lines of tools mean it; a braces-and-stars pattern without a slash still means the whole path. */
export function isGlobMatch(glob: string, path: string): boolean {
  return picomatch.isMatch(path, glob.replace(/^\.\//, ''), { dot: true });
}
