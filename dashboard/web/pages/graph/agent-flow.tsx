/** Triggers, agents, checks and results; it lights up as events pass. */
import { useComputedColorScheme } from '@mantine/core';
import { Background, Controls, ReactFlow } from '@xyflow/react';
import { useMemo, type ReactNode } from 'react';
import classes from './graph.module.css';
import { layOut, type GraphAgent } from './lay-out.ts';
import { nodeTypes } from './nodes.tsx';
import { useLights } from './use-lights.ts';

interface AgentFlowProps {
  readonly agents: readonly GraphAgent[];
  readonly repository: { readonly id: string; readonly branch: string } | undefined;
}

export function AgentFlow({ agents, repository }: AgentFlowProps): ReactNode {
  const lights = useLights(agents, repository?.id);
  const scheme = useComputedColorScheme('light');
  const branch = repository?.branch ?? '';
  // What is laid out, as text: it is laid out anew only when something of it has changed.
  const key = JSON.stringify({ agents, lights: [...lights] });
  const { nodes, edges } = useMemo(() => {
    const known = JSON.parse(key) as { readonly agents: readonly GraphAgent[]; readonly lights: readonly string[] };
    return layOut(known.agents, branch, new Set(known.lights));
  }, [key, branch]);
  return (
    <div className={classes.flow}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        edgesFocusable={false}
        preventScrolling={false}
        aria-label="Triggers, agents, checks and results"
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
