/** Judges commit messages by the repository's own commitlint. Its configuration is code of the repository. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveEntry } from '../serve-entry.ts';

export interface CommitMessagesInput {
  /** Absolute; the configuration is looked for here. */
  readonly root: string;
  /** Absolute folder of an installed package of commitlint. */
  readonly folder: string;
  readonly messages: readonly string[];
}

/** A rule of severity error that a message breaks. */
export interface Breach {
  /** `type-enum`. */
  readonly rule: string;
  readonly message: string;
}

/** For each message what it breaks; or why the configuration could not be used. */
export type CommitMessagesOutput = { readonly breaches: readonly (readonly Breach[])[] } | { readonly problem: string };

interface Loaded {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly plugins?: unknown;
  readonly ignores?: unknown;
  readonly defaultIgnores?: boolean;
  readonly parserPreset?: { readonly parserOpts?: unknown };
}

type Load = (seed: object, options: { cwd: string }) => Promise<Loaded>;
type Lint = (
  message: string,
  rules: Loaded['rules'],
  options: object,
) => Promise<{ readonly errors: readonly { readonly name: string; readonly message: string }[] }>;

await serveEntry<CommitMessagesInput, CommitMessagesOutput>(async ({ root, folder, messages }) => {
  // A configuration may print; stdout is for the answer.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    const from = commandPackage(realpathSync(folder));
    const load = await functionOf<Load>(from, '@commitlint/load');
    const lint = await functionOf<Lint>(from, '@commitlint/lint');
    const loaded = await load({}, { cwd: root });
    const breaches: Breach[][] = [];
    for (const message of messages) {
      const { errors } = await lint(message, loaded.rules, optionsOf(loaded));
      breaches.push(errors.map((error) => ({ rule: error.name, message: error.message })));
    }
    return { breaches };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  } finally {
    process.stdout.write = write;
  }
});

/** As commitlint's own command gives them. */
function optionsOf({ parserPreset, plugins, ignores, defaultIgnores }: Loaded): object {
  return {
    parserOpts: parserPreset?.parserOpts ?? {},
    plugins: plugins ?? {},
    ignores: ignores ?? [],
    defaultIgnores: defaultIgnores !== false,
  };
}

/** The package that depends on what we call: `commitlint` is only a name for `@commitlint/cli`, and packages need not lie side by side. */
function commandPackage(folder: string): NodeJS.Require {
  const own = createRequire(join(folder, 'package.json'));
  try {
    return createRequire(realpathSync(own.resolve('@commitlint/cli/package.json')));
  } catch {
    return own;
  }
}

/** The default export of a module of either kind. */
async function functionOf<Kind>(from: NodeJS.Require, name: string): Promise<Kind> {
  const { default: exported } = (await import(pathToFileURL(from.resolve(name)).href)) as { default: unknown };
  return (typeof exported === 'function' ? exported : (exported as { default: unknown }).default) as Kind;
}
