/** The files by which a step tells the runner things: outputs, environment, paths, its page. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAMES = ['OUTPUT', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;

export interface CommandFiles {
  /** GITHUB_OUTPUT and its kin. */
  readonly env: Readonly<Record<string, string>>;
  read(): Promise<{
    readonly outputs: Record<string, string>;
    readonly env: Record<string, string>;
    readonly paths: string[];
    readonly summary: string;
  }>;
}

/** Makes empty files for one step. */
export async function commandFiles(folder: string, step: string): Promise<CommandFiles> {
  const paths = Object.fromEntries(NAMES.map((name) => [name, join(folder, `${step}-${name}`)])) as Record<(typeof NAMES)[number], string>;
  for (const path of Object.values(paths)) await writeFile(path, '');
  return {
    env: Object.fromEntries(NAMES.map((name) => [`GITHUB_${name}`, paths[name]])),
    read: async () => {
      const [outputs, env, path, summary] = await Promise.all(NAMES.map((name) => readFile(paths[name], 'utf8')));
      return {
        outputs: pairsOf(outputs ?? ''),
        env: pairsOf(env ?? ''),
        paths: (path ?? '').split('\n').filter((line) => line !== ''),
        summary: summary ?? '',
      };
    },
  };
}

/** `name=value` lines and `name<<END … END` blocks. Throws on anything else, as the runner does. */
export function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    if (block !== null) {
      const [, name = '', end = ''] = block;
      const at = lines.indexOf(end);
      if (at < 0) throw new Error(`the block of ${name} has no end ${end}`);
      pairs[name] = lines
        .splice(0, at + 1)
        .slice(0, -1)
        .join('\n');
      continue;
    }
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    if (name === '') throw new Error(`not a line that the runner takes: ${JSON.stringify(line)}`);
    pairs[name] = value;
  }
  return pairs;
}
