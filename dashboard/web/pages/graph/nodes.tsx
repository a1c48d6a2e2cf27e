/** The boxes of the graph. */
import { Handle, Position, type NodeProps } from '@xyflow/react';
import type { ReactNode } from 'react';
import { statusLook } from '../../format/status.ts';
import { visible } from '../../format/text.ts';
import { Status } from '../../parts/status.tsx';
import classes from './graph.module.css';
import type { AgentNode, PlainNode } from './lay-out.ts';

function AgentBox({ data: { agent, isLit } }: NodeProps<AgentNode>): ReactNode {
  return (
    <div className={classes.agent} data-agent={agent.name} data-state={agent.state} data-lit={isLit || undefined}>
      <Handle type="target" position={Position.Left} />
      <b>{visible(agent.name)}</b>
      <Status of={agent.state} />
      <span className={classes.bar}>
        <span style={{ transform: `scaleX(${agent.progress ?? 0})` }} />
      </span>
      <Handle type="source" position={Position.Right} />
    </div>
  );
}

function PlainBox({ data: { label, kind, outcome, isLit } }: NodeProps<PlainNode>): ReactNode {
  const look = outcome === null ? null : statusLook(outcome);
  return (
    <div
      className={classes.plain}
      data-kind={kind}
      data-lit={isLit || undefined}
      style={look === null ? undefined : { '--tone': `var(--${look.tone})` }}
      title={look === null ? undefined : `${label}: ${look.word}`}
    >
      {kind === 'trigger' ? null : <Handle type="target" position={kind === 'module' ? Position.Top : Position.Left} />}
      <span className={classes.label}>{visible(label)}</span>
      {outcome === null ? null : <Status of={outcome} />}
      {kind === 'trigger' || kind === 'module' ? (
        <Handle type="source" position={kind === 'module' ? Position.Bottom : Position.Right} />
      ) : null}
    </div>
  );
}

export const nodeTypes = { agent: AgentBox, plain: PlainBox };
