/** Which language a file is in, by its name. Pure. */
import type { Language } from './highlight.ts';

const BY_ENDING: Readonly<Record<string, Language>> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'tsx',
  json: 'json',
  jsonc: 'json',
  css: 'css',
  html: 'html',
  htm: 'html',
  md: 'markdown',
  yml: 'yaml',
  yaml: 'yaml',
  sh: 'shellscript',
  bash: 'shellscript',
  dockerfile: 'docker',
};

/** Null: it is shown without colours. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name.startsWith('dockerfile')) return 'docker';
  return BY_ENDING[name.slice(name.lastIndexOf('.') + 1)] ?? null;
}
