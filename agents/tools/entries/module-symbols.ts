/** Reads what modules export, by their declarations. */
import { moduleSymbols } from '../../checks/module-symbols.ts';
import type { ModuleSymbol } from '../../checks/symbol-signatures.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface ModuleSymbolsInput {
  readonly root: string;
  readonly paths: readonly string[];
  readonly maxBytes: number;
}

export interface ModuleSymbolsOutput {
  /** By the paths that were asked for. */
  readonly symbols: Readonly<Record<string, readonly ModuleSymbol[]>>;
}

await serveEntry<ModuleSymbolsInput, ModuleSymbolsOutput>(({ root, paths, maxBytes }) => {
  const read = (path: string): string | null => readTextFile(root, path, maxBytes);
  return { symbols: Object.fromEntries(paths.map((path) => [path, moduleSymbols(path, read)])) };
});
