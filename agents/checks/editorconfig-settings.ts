/** What the .editorconfig files of a repository say of a path. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Project } from '../project.ts';

/** Keys and values for one path, in small letters. */
export type EditorSettings = ReadonlyMap<string, string>;

interface EditorFile {
  readonly dir: string;
  readonly isRoot: boolean;
  readonly sections: readonly { readonly matches: (path: string) => boolean; readonly settings: EditorSettings }[];
}

/** Whether the path is one of those files. */
export function isEditorConfig(path: string): boolean {
  return posix.basename(path) === '.editorconfig';
}

/** Reads all of them; the function tells what holds for a path. */
export async function readEditorSettings(project: Project): Promise<(path: string) => EditorSettings> {
  const paths = project.files.filter(isEditorConfig);
  const files = await Promise.all(
    paths.map(async (path) => parse(posix.dirname(path) === '.' ? '' : posix.dirname(path), (await project.read(path)) ?? '')),
  );
  // From the root down: what is nearer holds.
  files.sort((a, b) => a.dir.length - b.dir.length);
  return (path) => {
    const above = files.filter(({ dir }) => dir === '' || path.startsWith(`${dir}/`));
    const start = above.findLastIndex(({ isRoot }) => isRoot);
    const settings = new Map<string, string>();
    for (const { dir, sections } of above.slice(Math.max(0, start))) {
      const below = dir === '' ? path : path.slice(dir.length + 1);
      for (const section of sections) if (section.matches(below)) for (const [key, value] of section.settings) settings.set(key, value);
    }
    return settings;
  };
}

function parse(dir: string, text: string): EditorFile {
  const head = new Map<string, string>();
  const sections: { matches: (path: string) => boolean; settings: Map<string, string> }[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const glob = /^\s*\[(.+)\]\s*$/.exec(line)?.[1];
    if (glob !== undefined) {
      sections.push({ matches: matcherOf(glob), settings: new Map() });
      continue;
    }
    const [, key, value = ''] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) (sections.at(-1)?.settings ?? head).set(key.toLowerCase(), value.replace(/\s[#;].*$/, '').toLowerCase());
  }
  return { dir, isRoot: head.get('root') === 'true', sections };
}

/** A pattern without a slash is one for names in every folder. */
function matcherOf(glob: string): (path: string) => boolean {
  const pattern = glob.includes('/') ? glob.replace(/^\//, '') : `**/${glob}`;
  return picomatch(pattern, { dot: true, nonegate: true, noextglob: true });
}
