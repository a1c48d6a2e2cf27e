/** What `agent init` would do: new files, additions to data, and what people have to add to code themselves. */
import { acceptAutoCommits, COMMIT_MSG_GUARD, PRE_COMMIT_GUARD } from '../../agents/commit-hooks.ts';
import { addToJson } from './add-to-json.ts';
import type { Survey } from './survey.ts';
import { gateText, isGate } from './gate-text.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { WORKFLOW_FILES } from './find-workflow.ts';
import { GATE_FILE, workflowText } from './workflow-text.ts';

/** A file that is to be written. `replaces`: the text that is there now and that is added to; null for a new file. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly replaces: string | null;
  /** Where whole lines would show more than what is added: that alone. */
  readonly added?: readonly string[];
  /** One sentence: what for. */
  readonly why: string;
  /** Made by a program: its text is not for people to read. */
  readonly isMade?: boolean;
}

export interface InitPlan {
  /** Sentences: what is there already. */
  readonly found: readonly string[];
  readonly files: readonly PlannedFile[];
  /** What only a person can add: where, and the exact text. */
  readonly advice: readonly { readonly where: string; readonly text: string }[];
  readonly next: readonly string[];
}

const SCHEMA = 'node_modules/upkeep/schema/agent.config.schema.json';

/** Pure apart from reading; nothing that exists is replaced, data is only added to. */
export async function planInit(found: Survey, version: string): Promise<InitPlan> {
  const files: PlannedFile[] = [];
  if (found.configuration === null) {
    files.push({
      path: 'agent.config.json',
      text: configText(found),
      replaces: null,
      why: 'settings; everything has a default, so it may stay as it is',
    });
  }
  const before = await found.read(GATE_FILE);
  const isForeignGate = before !== null && !isGate(before);
  const place = WORKFLOW_FILES.find((path) => !found.workflow.foreign.includes(path));
  const isWanted = found.workflow.file === null && found.isOnGitHub;
  const isWritten = isWanted && !isForeignGate && place !== undefined;
  if (isWritten)
    files.push({ path: place, text: workflowText(found, version), replaces: null, why: 'runs the agents on push and every 5 minutes' });
  const gate = isForeignGate ? null : await planGate(before, isWritten || found.workflow.text.includes(GATE_FILE));
  if (gate !== null) files.push(gate, ...(await planPrettier(found)));
  const placed = placeAdvice({ isForeignGate, isWanted, hasPlace: place !== undefined });
  const commitlint = await planCommitlint(found);
  if (commitlint.file !== null) files.push(commitlint.file);
  return {
    found: sentencesOf(found),
    files,
    advice: [...placed, ...commitlint.advice, ...(await hookAdvice(found))],
    next: nextSteps(found),
  };
}

/** The gate is a program that was made: one that is there is brought up to date. */
async function planGate(before: string | null, isCalled: boolean): Promise<PlannedFile | null> {
  if (before === null && !isCalled) return null;
  const text = await gateText();
  if (text === before) return null;
  const why = 'tells in seconds, and without an installation, whether anything is due';
  return { path: GATE_FILE, text, replaces: before, why, isMade: true };
}

/** What stands where a file of ours would: somebody has to choose. */
function placeAdvice(at: { readonly isForeignGate: boolean; readonly isWanted: boolean; readonly hasPlace: boolean }): InitPlan['advice'] {
  const again = 'move it elsewhere, then call agent init again';
  if (at.isForeignGate)
    return [
      {
        where: GATE_FILE,
        text: `this is no gate that upkeep wrote${at.isWanted ? ', so no workflow is written that would run it' : ''}: if that is not on purpose, ${again}`,
      },
    ];
  if (!at.isWanted || at.hasPlace) return [];
  return WORKFLOW_FILES.slice(-1).map((where) => ({ where, text: `it does not call upkeep, as ${WORKFLOW_FILES[0]} does not: ${again}` }));
}

/** Prettier reads no mark in a file that would keep it away. */
async function planPrettier({ read, usesPrettier }: Survey): Promise<PlannedFile[]> {
  const path = '.prettierignore';
  const before = await read(path);
  if ((before === null && !usesPrettier) || before?.includes('.github/upkeep') === true) return [];
  const lines = before === null || before === '' || before.endsWith('\n') ? (before ?? '') : `${before}\n`;
  return [{ path, text: `${lines}.github/upkeep/\n`, replaces: before, why: 'the gate is made by a program and not to be formatted' }];
}

function configText(found: Survey): string {
  const schema = found.dependsOnUpkeep ? `  "$schema": "./${SCHEMA}",\n` : '';
  return `{\n${schema}  // What agents never look at.\n  "paths": { "exclude": [] }\n}\n`;
}

interface Addition {
  readonly file: PlannedFile | null;
  readonly advice: InitPlan['advice'];
}

/** Automatic messages need the type `auto`, the agents as scopes and no rule on the subject's case. */
async function planCommitlint({ commitlint, read }: Survey): Promise<Addition> {
  if (commitlint === null) return { file: null, advice: [] };
  const why = 'lets commitlint accept the messages of agents: type auto, agents as scopes, no rule on the case of the subject';
  if (commitlint.data === null) {
    const added = acceptAutoCommits({}).rules;
    const rules = JSON.stringify({ 'type-enum': added?.['type-enum'], 'subject-case': added?.['subject-case'] }, null, 2);
    return {
      file: null,
      advice: [{ where: commitlint.file, text: `add to its rules (and the agents to scope-enum, if you have that rule):\n${rules}` }],
    };
  }
  const accepting = acceptAutoCommits(commitlint.data);
  const text = await read(commitlint.file);
  if (text === null) {
    const settings = JSON.stringify({ extends: ['@commitlint/config-conventional'], ...accepting }, null, 2);
    return { file: { path: commitlint.file, text: `export default ${settings};\n`, replaces: null, why }, advice: [] };
  }
  const path = commitlint.inside === null ? ['rules'] : [commitlint.inside, 'rules'];
  const { text: changed, added } = addToJson(text, path, accepting.rules ?? {});
  return { file: changed === text ? null : { path: commitlint.file, text: changed, replaces: text, added, why }, advice: [] };
}

/** Hooks are programs of the repository: shown, never written. */
async function hookAdvice(found: Survey): Promise<InitPlan['advice']> {
  const advice: { where: string; text: string }[] = [];
  for (const hook of found.hooks) {
    const guard = hook.endsWith('pre-commit') ? PRE_COMMIT_GUARD : COMMIT_MSG_GUARD;
    const text = (await found.read(hook)) ?? '';
    if (!text.includes(guard.trim()))
      advice.push({ where: hook, text: `agents commit without hooks; for commits that carry their name put at the top:\n${guard}` });
  }
  return advice;
}

function sentencesOf(found: Survey): string[] {
  return [
    found.hasManifest
      ? `a package.json${found.packageManager === null ? ' without a lockfile' : `, installed by ${found.packageManager}`}`
      : 'no package.json: upkeep is then run by npx -p upkeep agent run',
    found.configuration === null ? 'no configuration' : `a configuration: ${found.configuration}, left as it is`,
    ...found.workflow.foreign.map((path) => `${path}, which does not call upkeep: left as it is`),
    found.workflow.file === null
      ? `no workflow of the agents${found.isOnGitHub ? '' : ', and no remote on GitHub: none is written'}`
      : `a workflow: ${found.workflow.file}, left as it is`,
    ...(found.workflow.file === null && found.isOnGitHub
      ? [`the branch ${plainLine(found.defaultBranch)}: ${plainLine(found.defaultBranchBecause)}`]
      : []),
    found.commitlint === null
      ? 'no commitlint'
      : `commitlint: ${found.commitlint.inside === null ? found.commitlint.file : `"${found.commitlint.inside}" in ${found.commitlint.file}`}`,
    found.hooks.length === 0 ? 'no hooks of husky' : `hooks: ${found.hooks.join(', ')}`,
  ];
}

function nextSteps(found: Survey): string[] {
  const { isWorkspaceRoot, isYarnClassic } = found;
  const add: Record<string, string> = {
    npm: 'npm install --save-dev upkeep',
    pnpm: `pnpm add --save-dev ${isWorkspaceRoot ? '-w ' : ''}upkeep`,
    yarn: `yarn add --dev ${isWorkspaceRoot && isYarnClassic ? '-W ' : ''}upkeep`,
    bun: 'bun add --dev upkeep',
  };
  const install = found.hasManifest && !found.dependsOnUpkeep ? [add[found.packageManager ?? 'npm'] ?? ''] : [];
  return [...install, 'commit the new files', found.hasManifest ? 'npx agent run' : 'npx -p upkeep agent run'];
}
