/** The gate of the workflow: whether it is there and of this version. */
import type { Repository } from '../../git/repository.ts';
import { readBelow } from '../config/read-file.ts';
import { gateState } from '../init/gate-state.ts';
import { GATE_FILE } from '../init/workflow-text.ts';
import { good, worthKnowing, type Diagnosis } from './diagnosis.ts';

const RENEW = 'agent init --yes, then commit it';

/** Nothing where no workflow of the agents asks a gate. */
export async function examineGate({ root }: Repository, version: string): Promise<Diagnosis[]> {
  if (root === null) return [];
  const read = readBelow(root);
  const state = await gateState(read, version);
  switch (state.kind) {
    case 'current':
      return [good('gate', `${GATE_FILE} is of this version`)];
    case 'older':
      return [worthKnowing('gate', `${GATE_FILE} is of upkeep ${state.version}, and this is ${version}`, RENEW)];
    case 'newer':
      return [worthKnowing('gate', `${GATE_FILE} is of upkeep ${state.version}, newer than this ${version}`, 'update upkeep')];
    case 'changed':
      return [worthKnowing('gate', `${GATE_FILE} is not as upkeep ${version} made it`, `delete it, then ${RENEW}`)];
    case 'foreign':
      return [worthKnowing('gate', `${GATE_FILE} is no gate that upkeep wrote`, `if that is not on purpose: delete it, then ${RENEW}`)];
    case 'absent': {
      const workflow = await read('.github/workflows/agents.yml');
      if (workflow?.includes(GATE_FILE) !== true) return [];
      const text = `the workflow calls ${GATE_FILE}, which is not there: every start runs everything`;
      return [worthKnowing('gate', text, RENEW)];
    }
  }
}
