/** Answers questions about which paths a repository has. */
import picomatch from 'picomatch';
import type { Project } from '../project.ts';

/** The paths of one commit. */
export interface RepositoryPaths {
  kindOf(path: string): 'file' | 'folder' | null;
  /** The path that differs from this one in capitals only, or null. */
  otherCase(path: string): string | null;
  /** Whether nobody can tell from the commit: below a submodule or a symbolic link, or ignored by Git and made by a build. */
  isUnknown(path: string): boolean;
  /** Whether some file's path ends with these segments. */
  endsWith(tail: string): boolean;
}

/** Indexes the files of a project with their folders. */
export async function indexPaths(project: Project): Promise<RepositoryPaths> {
  const folders = new Set<string>();
  for (const file of project.files) {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const folder = file.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const byFolded = new Map<string, string>();
  for (const path of [...project.files, ...folders]) byFolded.set(fold(path), path);
  const submodules = [...((await project.read('.gitmodules')) ?? '').matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm)].map((match) => match[1] ?? '');
  const isIgnored = ignoreMatcher((await project.read('.gitignore')) ?? '');
  return {
    kindOf: (path) => (project.has(path) ? 'file' : folders.has(path) ? 'folder' : null),
    otherCase: (path) => byFolded.get(fold(path)) ?? null,
    isUnknown(path) {
      const clean = path.replace(/\/+$/, '');
      for (let at = clean.length; at > 0; at = clean.lastIndexOf('/', at - 1)) {
        const above = clean.slice(0, at);
        // A file in the middle of a path can only be a symbolic link to a folder.
        if (submodules.includes(above) || (at < clean.length && project.has(above))) return true;
      }
      return isIgnored(clean);
    },
    endsWith: (tail) => project.files.some((file) => file === tail || file.endsWith(`/${tail}`)),
  };
}

/** The root's .gitignore, as far as it names whole folders and simple patterns: enough to know what a build makes. */
function ignoreMatcher(text: string): (path: string) => boolean {
  const globs: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const pattern = line.trim().replace(/\/$/, '');
    if (pattern === '' || pattern.startsWith('#') || pattern.startsWith('!') || pattern.length > 200) continue;
    const anchored = pattern.replace(/^\//, '');
    const glob = pattern.includes('/') ? anchored : `**/${anchored}`;
    globs.push(glob, `${glob}/**`);
  }
  return globs.length === 0 ? () => false : picomatch(globs.slice(0, 2000), { dot: true });
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
