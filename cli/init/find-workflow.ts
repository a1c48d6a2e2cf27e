/** The workflow of a repository that runs the agents, told from others of the same name by what it calls. */
import type { ReadFile } from '../config/find-config.ts';
import { GATE_FILE } from './workflow-text.ts';

/** Where `agent init` writes it: the first unless something else is there. */
export const WORKFLOW_FILES = ['.github/workflows/agents.yml', '.github/workflows/upkeep.yml'] as const;

const PLACES = [WORKFLOW_FILES[0], '.github/workflows/agents.yaml', WORKFLOW_FILES[1], '.github/workflows/upkeep.yaml'];

export interface FoundWorkflow {
  /** The file that calls upkeep, or null. */
  readonly file: string | null;
  readonly text: string;
  /** Files of these names that call something else. */
  readonly foreign: readonly string[];
}

export async function findWorkflow(read: ReadFile): Promise<FoundWorkflow> {
  const foreign: string[] = [];
  for (const file of PLACES) {
    const text = await read(file);
    if (text === null) continue;
    if (callsUpkeep(text)) return { file, text, foreign };
    foreign.push(file);
  }
  return { file: null, text: '', foreign };
}

/** By its gate, its action or its commands; comments do not count. */
function callsUpkeep(text: string): boolean {
  const code = text.replace(/(^|\s)#.*$/gm, '$1');
  return (
    code.includes(GATE_FILE) ||
    /\buses:\s*['"]?(?:\S*\bupkeep\b|\.\/['"]?\s*$)/m.test(code) ||
    /\bagent(?:\.js)?['"]?\s+(?:run|comment)\b/.test(code)
  );
}
