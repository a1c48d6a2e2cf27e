/** Type errors about what a framework writes only when it starts: a fresh clone has it not, and its maintainers see none of them. */
import type { Project } from '../project.ts';

interface Writer {
  /** The package that writes. */
  readonly packageName: string;
  /** Global types that it declares. */
  readonly names: RegExp | null;
  /** Modules that it writes. */
  readonly modules: RegExp;
}

const WRITERS: readonly Writer[] = [
  { packageName: 'next', names: /^(LayoutProps|PageProps|RouteContext)$/, modules: /(^|\/)\.next\// },
  { packageName: '@react-router/dev', names: null, modules: /(^|\/)(\+types\/|\.react-router\/)/ },
  { packageName: 'nuxt', names: null, modules: /(^|\/)\.nuxt\/|^#(imports|app|build)/ },
  { packageName: 'astro', names: null, modules: /(^|\/)\.astro\/|^astro:content$/ },
  { packageName: 'expo', names: null, modules: /(^|\/)\.expo\// },
];
const NAME = new Set(['TS2304', 'TS2552']);
const MODULE = new Set(['TS2307', 'TS2882', 'TS6053', 'TS2688']);

/** Tells such errors, by what the packages of the repository ask for. */
export function writtenLater(project: Project): (error: { readonly rule: string; readonly message: string }) => boolean {
  const asked = WRITERS.filter(({ packageName }) => project.packages.some(({ dependencies }) => dependencies[packageName] !== undefined));
  return ({ rule, message }) => {
    const [, quoted = ''] = /'([^']+)'/.exec(message) ?? [];
    return asked.some(
      ({ names, modules }) => (NAME.has(rule) && names?.test(quoted) === true) || (MODULE.has(rule) && modules.test(quoted)),
    );
  };
}
