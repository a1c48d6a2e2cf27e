/** Triggers, agents, checks and results; it lights up as events pass. */
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { Background, Controls, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import classes from './graph.module.css';
import { layOut, type AgentNode, type GraphAgent, type PlainNode } from './lay-out.ts';
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
  const { ref, width, height } = useElementSize();
  const aspect = height === 0 ? 1 : width / height;
  const { nodes, edges } = useMemo(() => {
    const known = JSON.parse(key) as { readonly agents: readonly GraphAgent[]; readonly lights: readonly string[] };
    return layOut(known.agents, { branch, lights: new Set(known.lights), aspect });
  }, [key, branch, aspect]);
  // What is new is brought into sight.
  const [flow, setFlow] = useState<ReactFlowInstance<AgentNode | PlainNode> | null>(null);
  useEffect(() => {
    const fit = (): void => void flow?.fitView({ padding: 0.06 });
    const frame = requestAnimationFrame(fit);
    return () => cancelAnimationFrame(frame);
  }, [flow, nodes.length, aspect]);
  return (
    <div className={classes.flow} ref={ref}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={{ padding: 0.06 }}
        onInit={setFlow}
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
