/** Tells whether something is named anywhere in the texts of a repository, in whatever way. */
import { posix } from 'node:path';
import { isMedia } from './fixable-path.ts';
import { mayFix } from './never-fix.ts';
import { readTextFile } from './read-text-file.ts';

/** Answers from the texts of one tree, each read once, when it is first asked. */
export interface Mentions {
  /** Whether the text stands anywhere; in a package.json only outside its lists of dependencies. */
  hasText(text: string): boolean;
  /** Whether it stands there as a word of its own. */
  hasWord(word: string): boolean;
  /** Whether a file other than those that are unused themselves names this one, or takes in everything in its folder. */
  hasFile(path: string): boolean;
  textOf(path: string): string | null;
}

const MAX_BYTES = 512 * 1024;
const STATIC_IMPORT = /\b(?:from|import)\s*['"][^'"\n]*['"]|\b(?:require|import)\(\s*['"][^'"\n]*['"]\s*\)/g;

/** Opens the texts of these files; what `unused` files say counts for packages, not for files. */
export function openMentions(root: string, files: readonly string[], unused: ReadonlySet<string>): Mentions {
  let texts: Map<string, string> | null = null;
  let bare: string[] | null = null;
  const all = (): Map<string, string> => (texts ??= readTexts(root, files));
  const living = (): string[] => [...all()].filter(([path]) => !unused.has(path)).map(([, text]) => text);
  return {
    hasText: (wanted) => [...all().values()].some((text) => text.includes(wanted)),
    hasWord(word) {
      const pattern = new RegExp(`(?<![\\w@/.-])${escape(word)}(?![\\w-])`);
      return [...all().values()].some((text) => pattern.test(text));
    },
    hasFile(path) {
      const dir = posix.basename(posix.dirname(path));
      const stem = posix.basename(path).replace(/\.[^.]+$/, '');
      const named = [`${dir}/${stem}`, `${stem}.js`, `${stem}.mjs`, `${stem}.cjs`, posix.basename(path)];
      if (stem !== 'index' && living().some((text) => named.some((name) => text.includes(name)))) return true;
      if (stem === 'index' && living().some((text) => text.includes(`${dir}/index`))) return true;
      // Every configuration names these as a whole.
      if (/^(src|lib|source|app)$/.test(dir)) return false;
      // `readdir('jobs')`, `import.meta.glob('./jobs/*')`, require('./jobs/' + name)
      bare ??= living().map((text) => text.replace(STATIC_IMPORT, ''));
      const folder = new RegExp(`(?:/|['"\`])${escape(dir)}(?:/?['"\`]|/\\*|/?\\$\\{)`);
      return bare.some((text) => folder.test(text));
    },
    textOf: (path) => all().get(path) ?? null,
  };
}

function readTexts(root: string, files: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const path of files) {
    const isLockfile = /(^|[-/.])(lock|lockb|shrinkwrap)\b[^/]*$/i.test(path);
    if (isMedia(path) || isLockfile || (!mayFix(path) && /\.(json|ya?ml)$/.test(path))) continue;
    const text = readTextFile(root, path, MAX_BYTES);
    if (text !== null) texts.set(path, posix.basename(path) === 'package.json' ? withoutDependencies(text) : text);
  }
  return texts;
}

function withoutDependencies(text: string): string {
  try {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, ...rest } = JSON.parse(
      text,
    ) as Record<string, unknown>;
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
