/** Spaces at the ends of lines and a missing last line break in YAML and shell, where .editorconfig asks for it and no formatter is set up. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { counted, isForeign } from './bundled-files.ts';
import { canonicalYaml } from './compare-generated.ts';
import { reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport, Detection, FixReport } from './check.ts';
import { dprint } from './dprint.ts';
import { isEditorConfig, readEditorSettings } from './editorconfig-settings.ts';
import type { EditorSettings } from './editorconfig-settings.ts';
import { namesMachineTools } from './machine-setup.ts';
import { mayFix } from './never-fix.ts';
import { oxfmt } from './oxfmt.ts';
import { prettier } from './prettier.ts';
import { readTextFile } from './read-text-file.ts';
import { isShellName, maybeShell, shellFiles } from './shell-files.ts';
import { findShfmt } from './shell-format.ts';
import { textLines } from './shell-text.ts';
import { findYamlFormatter } from './yaml-format.ts';
import { yamlTextLines } from './yaml-text.ts';

const YAML = /\.ya?ml$/;
const MAX_BYTES = 1024 * 1024;
const ASKED = ['trim_trailing_whitespace', 'insert_final_newline'];

/** The check `editor-config`. */
export const editorConfig: Check = {
  id: 'editor-config',
  title: '.editorconfig',
  detect,
  inspect,
  fixer: { order: 10, fix },
};

async function detect(project: Project): Promise<Detection> {
  if (!project.files.some(isEditorConfig)) return { applies: false, why: 'there is no .editorconfig' };
  const settings = await readEditorSettings(project);
  const kinds = await leftKinds(project);
  const files = project.files.filter((path) => (kinds.yaml && isYaml(path)) || (kinds.shell && isShellName(path)));
  if (files.length === 0) return { applies: false, why: 'there is no YAML and no script that no formatter is set up for' };
  const asked = files.filter((path) => ASKED.some((key) => settings(path).get(key) === 'true'));
  if (asked.length === 0) return { applies: false, why: 'it asks nothing of the ends of lines and files of YAML and scripts' };
  return {
    ...{
      applies: true,
      why: `.editorconfig, of ${counted(asked.length, 'file')} of YAML and shell`,
      origin: 'repository',
      needsDependencies: false,
    },
    reads: (path) => isYaml(path) || maybeShell(path) || isEditorConfig(path) || namesMachineTools(path),
  };
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const drafts: FindingDraft[] = [];
  let read = 0;
  for await (const { path, tidied } of tidiedFiles(context, context.files)) {
    read += 1;
    const [first] = tidied?.trimmed ?? [];
    const base = { path, severity: context.bundledSeverity, fixable: mayFix(path), identity: path };
    if (tidied !== null && first !== undefined) {
      const lines = `${counted(tidied.trimmed.length, 'line')} ${tidied.trimmed.length === 1 ? 'ends' : 'end'}`;
      drafts.push({
        ...base,
        line: first,
        rule: 'trim_trailing_whitespace',
        message: `${lines} in spaces, which .editorconfig asks to trim.`,
      });
    }
    if (tidied?.isEnded === true)
      drafts.push({
        ...base,
        line: null,
        rule: 'insert_final_newline',
        message: 'The last line has no line break, which .editorconfig asks for.',
      });
  }
  if (read === 0) return reportSkipped('not-applicable', 'No file of YAML or shell is a text that .editorconfig asks something of.');
  return reportFindings({ id: 'editor-config', context }, drafts);
}

async function fix(context: CheckContext): Promise<FixReport> {
  for await (const { path, text, tidied } of tidiedFiles(context, context.files)) {
    if (tidied === null || tidied.text === text) continue;
    const file = join(context.root, path);
    const before = isYaml(path) ? null : await saidOf(context, path);
    writeFileSync(file, tidied.text);
    if (!isYaml(path) && (await saidOf(context, path)) !== before) writeFileSync(file, text);
  }
  return { outcome: 'done', reason: null, command: null, log: '' };
}

/** What bash says of a script that it reads and does not run. */
async function saidOf({ root, runTool }: CheckContext, path: string): Promise<string> {
  const { end, stderr } = await runTool({ argv: ['bash', '-n', `./${path}`], cwd: root, env: { LC_ALL: 'C' } });
  return end === 'exited' ? stderr : end;
}

interface TidiedFile {
  readonly path: string;
  readonly text: string;
  /** Null where it cannot be told what is safe. */
  readonly tidied: Tidied | null;
}

/** A text as .editorconfig asks for it. */
interface Tidied {
  readonly text: string;
  /** Lines (1-based) that lost spaces. */
  readonly trimmed: readonly number[];
  /** Whether it got a last line break. */
  readonly isEnded: boolean;
}

async function* tidiedFiles(context: CheckContext, files: readonly string[]): AsyncGenerator<TidiedFile> {
  const settings = await readEditorSettings(context.project);
  const kinds = await leftKinds(context.project);
  const scripts = new Set(kinds.shell ? shellFiles(context.root, files) : []);
  for (const path of files) {
    if (!(kinds.yaml && isYaml(path)) && !scripts.has(path)) continue;
    const asked = settings(path);
    const text = ASKED.some((key) => asked.get(key) === 'true') ? readTextFile(context.root, path, MAX_BYTES) : null;
    if (text !== null && text !== '') yield { path, text, tidied: isYaml(path) ? await tidiedYaml(text, asked) : tidiedShell(text, asked) };
  }
}

async function tidiedYaml(text: string, settings: EditorSettings): Promise<Tidied | null> {
  const before = await canonicalYaml(text);
  const kept = await yamlTextLines(text);
  if (before === null || kept === null) return null;
  const tidied = tidy(text, settings, kept);
  return (await canonicalYaml(tidied.text)) === before ? tidied : null;
}

function tidiedShell(text: string, settings: EditorSettings): Tidied | null {
  const kept = textLines(text);
  return kept === null ? null : tidy(text, settings, kept);
}

/** `kept`: lines that stay as they are. */
function tidy(text: string, settings: EditorSettings, kept: ReadonlySet<number>): Tidied {
  const trimmed: number[] = [];
  const lines = text.split('\n').map((line, index) => {
    // A space behind a backslash is one that is meant.
    const end = /(?<![\\ \t])[ \t]+(?=\r?$)|^[ \t]+(?=\r?$)/.exec(line);
    if (settings.get('trim_trailing_whitespace') !== 'true' || end === null || kept.has(index + 1)) return line;
    trimmed.push(index + 1);
    return line.slice(0, end.index) + line.slice(end.index + end[0].length);
  });
  const joined = lines.join('\n');
  const isEnded = settings.get('insert_final_newline') === 'true' && !/[\n\\]$/.test(joined) && !kept.has(lines.length);
  return { text: isEnded ? `${joined}${joined.includes('\r\n') ? '\r\n' : '\n'}` : joined, trimmed, isEnded };
}

function isYaml(path: string): boolean {
  return YAML.test(path) && !isForeign(path) && mayFix(path);
}

/** The kinds of files that no formatter is set up for. */
async function leftKinds(project: Project): Promise<{ readonly yaml: boolean; readonly shell: boolean }> {
  const ofCode = await Promise.all([prettier, dprint, oxfmt].map((check) => check.detect(project)));
  const hasYaml = ofCode.some(({ applies }) => applies) || (await findYamlFormatter(project)) !== null;
  return { yaml: !hasYaml, shell: (await findShfmt(project)) === null };
}
