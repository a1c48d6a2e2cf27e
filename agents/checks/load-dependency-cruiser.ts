/** Loads dependency-cruiser with the TypeScript that comes with us, whichever lies beside it in node_modules. */
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as DependencyCruiser from 'dependency-cruiser';

const TYPESCRIPT = /^typescript(\/|$)/;
const CRUISER = /\/node_modules\/dependency-cruiser\//;

/**
 * To be called instead of an import. npm puts dependency-cruiser beside the repository's own TypeScript, which may be one without
 * a compiler API, and ours below our own folder, where it would not look.
 * @throws Error when it supports not even ours: it would read no TypeScript and say nothing.
 */
export async function loadDependencyCruiser(): Promise<typeof DependencyCruiser> {
  const own = createRequire(import.meta.url);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isAsked = TYPESCRIPT.test(specifier) && CRUISER.test(context.parentURL ?? '');
      return isAsked ? { url: pathToFileURL(own.resolve(specifier)).href, shortCircuit: true } : nextResolve(specifier, context);
    },
  });
  const cruiser = await import('dependency-cruiser');
  if (cruiser.getAvailableTranspilers().some(({ name, available }) => name === 'typescript' && available)) return cruiser;
  const { version } = own('typescript/package.json') as { version: string };
  throw new Error(
    `dependency-cruiser does not support TypeScript ${version}, which is installed for upkeep instead of 6: look for an override of typescript in package.json`,
  );
}
