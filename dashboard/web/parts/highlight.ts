/** Colours for code: shiki with the languages that are needed, each loaded when its first file is shown. */
import type { HighlighterCore } from 'shiki/core';

/** A piece of a line, with the kind of token it is. */
export interface CodePiece {
  readonly text: string;
  /** Null: the page's own colour. */
  readonly kind: TokenKind | null;
}

export type TokenKind = 'keyword' | 'string' | 'comment' | 'constant' | 'function' | 'parameter' | 'punctuation' | 'link';

const LANGUAGES = {
  typescript: () => import('shiki/langs/typescript.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/jsonc.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  shellscript: () => import('shiki/langs/shellscript.mjs'),
} as const;

export type Language = keyof typeof LANGUAGES;

const NAMES: Readonly<Record<Language, string>> = {
  typescript: 'typescript',
  tsx: 'tsx',
  javascript: 'javascript',
  json: 'jsonc',
  css: 'css',
  html: 'html',
  markdown: 'markdown',
  yaml: 'yaml',
  docker: 'docker',
  shellscript: 'shellscript',
};

const KINDS: Readonly<Record<string, TokenKind>> = {
  'token-keyword': 'keyword',
  'token-string': 'string',
  'token-string-expression': 'string',
  'token-comment': 'comment',
  'token-constant': 'constant',
  'token-function': 'function',
  'token-parameter': 'parameter',
  'token-punctuation': 'punctuation',
  'token-link': 'link',
};

let highlighter: Promise<HighlighterCore> | null = null;

/** Cuts code into coloured pieces, a list a line. Rejects when the language cannot be loaded. */
export async function highlightCode(code: string, language: Language): Promise<readonly (readonly CodePiece[])[]> {
  highlighter ??= open();
  const ready = await highlighter;
  await ready.loadLanguage(LANGUAGES[language]());
  const lines = ready.codeToTokensBase(code, { lang: NAMES[language], theme: 'css-variables', tokenizeMaxLineLength: 2_000 });
  return lines.map((line) =>
    line.map(({ content, color }) => ({ text: content, kind: KINDS[/--up-([a-z-]+)/.exec(color ?? '')?.[1] ?? ''] ?? null })),
  );
}

async function open(): Promise<HighlighterCore> {
  const [{ createCssVariablesTheme, createHighlighterCore }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  const theme = createCssVariablesTheme({ name: 'css-variables', variablePrefix: '--up-', fontStyle: false });
  // Not the engine of WebAssembly: the page's policy does not let it in, and need not.
  return createHighlighterCore({ themes: [theme], langs: [], engine: createJavaScriptRegexEngine({ forgiving: true }) });
}
