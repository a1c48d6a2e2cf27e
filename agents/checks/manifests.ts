/** Every package.json parses, and its fields have the types that package managers and checks read. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { WrongField } from '../project.ts';
import { plainMessage, reportFindings } from './check-report.ts';
import type { Check } from './check.ts';

const PASSED_OVER = /(^|\/)(node_modules|fixtures?|__fixtures__|test-?data|_?templates?|vendor)\/|(^|\/)tests?\//;

/** The check `manifests`: nothing can be installed or built around one that is broken. */
export const manifests: Check = {
  id: 'manifests',
  title: 'package.json',
  detect: async (project) => {
    const count = project.packages.length + project.broken.length;
    if (count === 0) return { applies: false, why: 'there is no package.json' };
    return {
      applies: true,
      why: `${count} package.json`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => posix.basename(path) === 'package.json',
    };
  },
  inspect: async (context) => {
    const { project } = context;
    const broken = project.broken
      .filter(({ path }) => !PASSED_OVER.test(path))
      .map(async ({ path, message }): Promise<FindingDraft> => ({
        path,
        line: lineIn(await project.read(path), message),
        rule: 'manifest-broken',
        severity: 'error',
        message: plainMessage(`${path} does not parse: ${message}`),
        identity: path,
      }));
    const wrong = project.packages
      .filter(({ path, wrong: fields }) => fields.length > 0 && !PASSED_OVER.test(path))
      .map(async ({ path, wrong: fields }) => wrongDrafts(path, fields, await project.read(path)));
    return reportFindings({ id: 'manifests', context }, [...(await Promise.all(broken)), ...(await Promise.all(wrong)).flat()]);
  },
};

async function wrongDrafts(path: string, fields: readonly WrongField[], text: string | null): Promise<FindingDraft[]> {
  const { findNodeAtLocation, parseTree } = await import('jsonc-parser');
  const tree = parseTree(text ?? '');
  return fields.map(({ at, expected, got }): FindingDraft => {
    const place = tree === undefined ? undefined : findNodeAtLocation(tree, [...at])?.offset;
    const field = at.map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${key}`)).join('');
    return {
      path,
      line: place === undefined ? null : lineAt(text ?? '', place),
      rule: 'manifest-field',
      severity: 'error',
      message: plainMessage(`${field}: expected ${expected}, got ${got}`),
      identity: field,
    };
  });
}

/** Where the parser stopped, as far as its message tells. */
function lineIn(text: string | null, message: string): number | null {
  const line = /\bline (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined && text !== null) return lineAt(text, Number(position));
  const conflict = text?.split('\n').findIndex((each) => /^(<{7}|={7}|>{7})/.test(each)) ?? -1;
  return conflict === -1 ? null : conflict + 1;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
