import type { Rule } from 'eslint';

/** What an import or a re-export names, as written; null when it names nothing fixed. `typeOnly`: erased before it runs. */
export function importOf(node: Rule.Node): { readonly specifier: string | null; readonly typeOnly: boolean } {
  const loose = node as { readonly type: string; readonly source?: unknown; readonly importKind?: unknown; readonly exportKind?: unknown };
  const source = loose.source as { readonly value?: unknown } | null | undefined;
  return {
    specifier: typeof source?.value === 'string' ? source.value : null,
    typeOnly: loose.importKind === 'type' || loose.exportKind === 'type' || loose.type === 'TSImportType',
  };
}
