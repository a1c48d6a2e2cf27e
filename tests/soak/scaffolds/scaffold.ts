/** What a scaffold is: a project as somebody begins it, made by a generator from the registry or written down here. */

export interface Scaffold {
  /** Names the folder as well. */
  readonly name: string;
  /** What makes it; null: `files` are all of it. */
  readonly generator: Generator | null;
  /** Laid over what the generator made, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Who installs its packages; null: it has none. */
  readonly manager: Manager | null;
}

export type Manager = 'npm' | 'pnpm' | 'yarn';

/** A program of a package that makes a folder with the name of the scaffold in the folder that it is started in. */
export interface Generator {
  readonly bin: string;
  args(name: string): readonly string[];
}

/** The packages that generators and package managers come from. */
export const PROVIDERS = ['create-vite', 'create-next-app', 'fastify-cli', '@nestjs/cli', 'pnpm@10.34.8', 'yarn@1.22.22'];

/** The text of a JSON file, as formatters like it: short lists on one line. */
export function json(value: unknown): string {
  const lists = /\[\s+([^[\]{}]{1,60}?)\s+\]/g;
  return `${JSON.stringify(value, null, 2).replace(lists, (_, items: string) => `[${items.replace(/\s*\n\s*/g, ' ')}]`)}\n`;
}

/** The text of a package.json, as package managers write it. */
export const manifest = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
