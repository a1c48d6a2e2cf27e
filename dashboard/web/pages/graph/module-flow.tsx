/** The modules of the repository and which of them uses which, as the architecture agent drew them. */
import { useComputedColorScheme } from '@mantine/core';
import { Background, Controls, MarkerType, ReactFlow } from '@xyflow/react';
import { useMemo, type ReactNode } from 'react';
import classes from './graph.module.css';
import { layOutModules, type Modules } from './module-layers.ts';
import { nodeTypes } from './nodes.tsx';

export function ModuleFlow({ modules }: { readonly modules: Modules }): ReactNode {
  const scheme = useComputedColorScheme('light');
  const { nodes, edges } = useMemo(() => layOutModules(modules), [modules]);
  return (
    <div className={classes.flow}>
      <ReactFlow
        nodes={nodes}
        edges={edges.map((edge) => ({ ...edge, markerEnd: { type: MarkerType.ArrowClosed } }))}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        minZoom={0.1}
        nodesConnectable={false}
        edgesFocusable={false}
        preventScrolling={false}
        aria-label="Modules"
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
