/** The gate of the workflow: whether it is there and of this version. */
import type { Repository } from '../../git/repository.ts';
import { readBelow } from '../config/read-file.ts';
import { findWorkflow } from '../init/find-workflow.ts';
import { gateState, type GateState } from '../init/gate-state.ts';
import { GATE_FILE } from '../init/workflow-text.ts';
import { good, worthKnowing, type Diagnosis } from './diagnosis.ts';

const RENEW = 'agent init --yes, then commit it';

/** Nothing where no workflow of the agents asks a gate, but what stands in the place of one. */
export async function examineGate({ root }: Repository, version: string): Promise<Diagnosis[]> {
  if (root === null) return [];
  const read = readBelow(root);
  const { file, text: workflow, foreign } = await findWorkflow(read);
  const others = file === null ? foreign : [];
  return [
    ...others.map((path) => worthKnowing('workflow', `${path} does not call upkeep, so no agent runs by it`, 'agent init')),
    ...examined(await gateState(read, version), { version, workflow }),
  ];
}

function examined(state: GateState, { version, workflow }: { readonly version: string; readonly workflow: string }): Diagnosis[] {
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
      if (!workflow.includes(GATE_FILE)) return [];
      const text = `the workflow calls ${GATE_FILE}, which is not there: every start runs everything`;
      return [worthKnowing('gate', text, RENEW)];
    }
  }
}
