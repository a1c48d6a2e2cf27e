import { commandsIn } from '../tools/script-commands.ts';

/** What the scripts of one package hand to markdownlint. */
export interface MarkdownScripts {
  /** Files to lint; those to leave out begin with `!` or `#`. */
  readonly globs: readonly string[];
  /** The file that `--config` names. */
  readonly config: string | null;
  readonly disabled: readonly string[];
}

const WITH_VALUE = /^(-p|--ignore-path|-o|--output|-r|--rules|--configPointer)$/;

/** Reads the calls of markdownlint in scripts; null when there is none. */
export function readMarkdownScripts(scripts: Readonly<Record<string, string>>): MarkdownScripts | null {
  const calls = Object.values(scripts)
    .flatMap(commandsIn)
    .filter(({ tool }) => /^markdownlint(-cli2?)?(-(fix|config))?$/.test(tool));
  if (calls.length === 0) return null;
  const globs: string[] = [];
  const disabled: string[] = [];
  let config: string | null = null;
  for (const { args } of calls) {
    for (let at = 0; at < args.length; at += 1) {
      const word = args[at] ?? '';
      const [option = '', value] = word.split(/=(.*)/s);
      const next = (): string => value ?? args[(at += 1)] ?? '';
      if (/^(-i|--ignore)$/.test(option)) globs.push(`!${next()}`);
      else if (/^(-c|--config)$/.test(option)) config = next();
      else if (option === '--disable') {
        while (/^(MD\d{3}|[a-z]+(-[a-z]+)*)$/i.test(args[at + 1] ?? '')) disabled.push(args[(at += 1)] ?? '');
      } else if (WITH_VALUE.test(word)) at += 1;
      else if (!word.startsWith('-')) globs.push(word);
    }
  }
  return { globs, config, disabled };
}
