/** Programs that write documents or parts of them: how scripts call them, how we do, and what is theirs. */
import type { Project } from '../project.ts';

/** What of the repository's documents a program may change. */
export type OwnedText =
  | { readonly is: 'regions'; readonly opening: RegExp; readonly closing: RegExp }
  /** The code in fences, without the fences. */
  | { readonly is: 'fences' }
  /** What stands below the heading that an option names, to the next one of its level. */
  | { readonly is: 'section'; readonly heading: string }
  /** Whole files. */
  | { readonly is: 'files'; readonly owns: (path: string) => boolean };

/** How we call a program that a script calls. */
export interface GeneratorCall {
  readonly args: readonly string[];
  readonly owned: OwnedText;
  /** The file that gets what it prints, from the package's folder. */
  readonly printsTo?: string;
}

/** One program. */
export interface DocsGenerator {
  /** Its names in scripts. */
  readonly tools: readonly string[];
  readonly packageName: string;
  readonly binName: string;
  /** Whether only Markdown and its own configuration decide what it writes. */
  readonly readsMarkdownOnly: boolean;
  /** Whether its operands are paths, so that a shell has to replace patterns. */
  readonly takesPaths: boolean;
  /** Whether its HTML is another one in each version of it, and in that of its bot: then what people see of it is compared. */
  readonly isByText?: boolean;
  /** Whether a call with these arguments only looks, and fails where a document is out of step. */
  isCheck(args: readonly string[]): boolean;
  /** Our call; null where the script's call writes no document. */
  call(args: readonly string[], setup: GeneratorSetup): GeneratorCall | null;
}

/** What a program is set up with, beside its arguments. */
export interface GeneratorSetup {
  readonly project: Project;
  /** Repository-relative folder of the package. */
  readonly dir: string;
  /** Text of one of the package's files, or null. */
  readonly read: (name: string) => string | null;
}

/** The configuration files that `GeneratorSetup.read` is asked for. */
export const GENERATOR_CONFIGS = ['typedoc.json', 'typedoc.jsonc', 'package.json'] as const;

const without = (args: readonly string[], ...flags: readonly string[]): string[] => args.filter((arg) => !flags.includes(arg));
const never = (): boolean => false;

const doctoc: DocsGenerator = {
  ...{ tools: ['doctoc'], packageName: 'doctoc', binName: 'doctoc', readsMarkdownOnly: true, takesPaths: true },
  isCheck: (args) => args.some((arg) => arg === '-d' || arg === '--dryrun'),
  call: (args) => {
    if (args.some((arg) => arg === '-s' || arg === '--stdout')) return null;
    const owned = regions(/<!--\s*START doctoc\b/i, /<!--\s*END doctoc\b/i);
    // Without it every file that has no table of contents would get one.
    return { args: ['--update-only', ...without(args, '-u', '--update-only', '-d', '--dryrun')], owned };
  },
};

const markdownToc: DocsGenerator = {
  ...{ tools: ['markdown-toc'], packageName: 'markdown-toc', binName: 'markdown-toc', readsMarkdownOnly: true, takesPaths: true },
  isCheck: never,
  call: (args) => (args.includes('-i') ? { args, owned: regions(/<!--\s*toc\s*-->/, /<!--\s*tocstop\s*-->/) } : null),
};

const embedme: DocsGenerator = {
  ...{ tools: ['embedme'], packageName: 'embedme', binName: 'embedme', readsMarkdownOnly: false, takesPaths: false },
  isCheck: (args) => args.includes('--verify'),
  call: (args) => (args.includes('--stdout') ? null : { args: without(args, '--verify', '--dry-run'), owned: { is: 'fences' } }),
};

const allContributors: DocsGenerator = {
  ...{ tools: ['all-contributors'], packageName: 'all-contributors-cli', binName: 'all-contributors' },
  ...{ readsMarkdownOnly: true, takesPaths: true, isByText: true },
  isCheck: never,
  call: (args) =>
    args[0] === 'generate' ? { args, owned: regions(/<!--\s*ALL-CONTRIBUTORS-\w+:START\b/, /<!--\s*ALL-CONTRIBUTORS-\w+:END\b/) } : null,
};

const markdownMagic: DocsGenerator = {
  ...{ tools: ['md-magic', 'markdown-magic', 'mdm'], packageName: 'markdown-magic', binName: 'md-magic' },
  ...{ readsMarkdownOnly: false, takesPaths: false },
  isCheck: (args) => args.includes('--dry'),
  call: (args) => ({
    args: without(args, '--dry'),
    owned: regions(
      /<!--\s*(?:doc-gen\b|docs\b|(?:⛔️ )?AUTO-GENERATED-CONTENT:START\b)/,
      /<!--\s*(?:end-doc-gen\b|\/docs\b|(?:⛔️ )?AUTO-GENERATED-CONTENT:END\b)/,
    ),
  }),
};

const typedoc: DocsGenerator = {
  ...{ tools: ['typedoc'], packageName: 'typedoc', binName: 'typedoc', readsMarkdownOnly: false, takesPaths: false },
  isCheck: never,
  call: (args, { dir, read }) => {
    const out = valueOf(args, '--out') ?? configured(read, 'out');
    if (out === null || args.includes('none')) return null;
    const folder = inFolder(dir, out);
    return {
      args: without(args, '--watch'),
      owned: { is: 'files', owns: (path) => path.startsWith(`${folder}/`) && path.endsWith('.md') },
    };
  },
};

const apiExtractor: DocsGenerator = {
  ...{ tools: ['api-extractor'], packageName: '@microsoft/api-extractor', binName: 'api-extractor' },
  ...{ readsMarkdownOnly: false, takesPaths: false },
  isCheck: (args) => args[0] === 'run' && !args.some((arg) => arg === '-l' || arg === '--local'),
  call: (args, { dir }) => {
    if (args[0] !== 'run') return null;
    const owns = (path: string): boolean => path.endsWith('.api.md') && (dir === '' || path.startsWith(`${dir}/`));
    return { args: [...without(args, '-l', '--local'), '--local'], owned: { is: 'files', owns } };
  },
};

const oclif: DocsGenerator = {
  ...{ tools: ['oclif', 'oclif-dev'], packageName: 'oclif', binName: 'oclif', readsMarkdownOnly: false, takesPaths: true },
  isCheck: never,
  call: (args) =>
    args[0] === 'readme' && !args.includes('--multi')
      ? { args, owned: regions(/<!--\s*(?:toc|usage|commands)\s*-->/, /<!--\s*(?:toc|usage|commands)stop\s*-->/) }
      : null,
};

const jsdocToMarkdown: DocsGenerator = {
  ...{ tools: ['jsdoc2md', 'jsdoc-to-markdown'], packageName: 'jsdoc-to-markdown', binName: 'jsdoc2md' },
  ...{ readsMarkdownOnly: false, takesPaths: false },
  isCheck: never,
  call: (args, { dir }) => {
    const at = args.indexOf('>');
    const file = args[at + 1];
    if (at === -1 || file === undefined || args.length !== at + 2) return null;
    const path = inFolder(dir, file);
    return { args: args.slice(0, at), owned: { is: 'files', owns: (one) => one === path }, printsTo: file };
  },
};

const documentation: DocsGenerator = {
  ...{ tools: ['documentation'], packageName: 'documentation', binName: 'documentation', readsMarkdownOnly: false, takesPaths: false },
  isCheck: (args) => args[0] === 'readme' && args.some((arg) => arg === '-d' || arg === '--diff-only'),
  call: (args, { dir }) => {
    const heading = valueOf(args, '--section') ?? valueOf(args, '-s');
    if (args[0] === 'readme' && heading !== null)
      return { args: without(args, '-d', '--diff-only', '--watch'), owned: { is: 'section', heading } };
    const out = valueOf(args, '-o') ?? valueOf(args, '--output');
    if (args[0] !== 'build' || !out?.endsWith('.md')) return null;
    return { args: without(args, '--watch', '-w'), owned: { is: 'files', owns: (path) => path === inFolder(dir, out) } };
  },
};

/** The programs that we know. */
export const DOCS_GENERATORS: readonly DocsGenerator[] = [
  ...[doctoc, markdownToc, embedme, allContributors, markdownMagic],
  ...[typedoc, apiExtractor, oclif, jsdocToMarkdown, documentation],
];

function regions(opening: RegExp, closing: RegExp): OwnedText {
  return { is: 'regions', opening, closing };
}

/** The value of an option, written `--out docs` or `--out=docs`. */
function valueOf(args: readonly string[], option: string): string | null {
  const joined = args.find((arg) => arg.startsWith(`${option}=`));
  if (joined !== undefined) return joined.slice(option.length + 1);
  const at = args.indexOf(option);
  return at === -1 ? null : (args[at + 1] ?? null);
}

function inFolder(dir: string, path: string): string {
  const clean = path.replace(/^\.\//, '').replace(/\/$/, '');
  return dir === '' ? clean : `${dir}/${clean}`;
}

/** A text of typedoc's configuration: of its file, or of `typedocOptions` in package.json. */
function configured(read: GeneratorSetup['read'], key: string): string | null {
  for (const name of GENERATOR_CONFIGS) {
    const text = read(name);
    if (text === null || (name === 'package.json' && !text.includes('typedocOptions'))) continue;
    const value = new RegExp(String.raw`(?:^|[{,])\s*"${key}"\s*:\s*"([^"]+)"`, 'm').exec(text)?.[1];
    if (value !== undefined) return value;
  }
  return null;
}

/** A text without what the program may change, to see whether it changed more. */
export function outsideOf(text: string, owned: OwnedText): string {
  if (owned.is === 'files') return '';
  const lines = text.split('\n');
  if (owned.is === 'regions') return linesOutside(lines, owned);
  if (owned.is === 'fences') return linesOutside(lines, { opening: /^\s*(?:`{3,}|~{3,})\s*\S/, closing: /^\s*(?:`{3,}|~{3,})\s*$/ });
  const level = (line: string): number => /^(#{1,6})\s/.exec(line)?.[1]?.length ?? 0;
  const start = lines.findIndex((line) => level(line) > 0 && line.replace(/^#+\s*/, '').trim() === owned.heading);
  if (start === -1) return text;
  const end = lines.findIndex((line, at) => at > start && level(line) > 0 && level(line) <= level(lines[start] ?? ''));
  return [...lines.slice(0, start + 1), ...(end === -1 ? [] : lines.slice(end))].join('\n');
}

/** The lines that are not between an opening and the next closing one; an opening without a closing opens nothing. */
function linesOutside(lines: readonly string[], { opening, closing }: { readonly opening: RegExp; readonly closing: RegExp }): string {
  const outside: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    outside.push(line);
    if (!opening.test(line)) continue;
    const end = lines.findIndex((other, index) => index > at && closing.test(other));
    if (end !== -1) at = end - 1;
  }
  return outside.join('\n');
}
