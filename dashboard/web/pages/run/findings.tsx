/** What the run found; each opens on its place in the code. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { plural, visible } from '../../format/text.ts';
import { Choice } from '../../parts/choice.tsx';
import { CodeView } from '../../parts/code-view.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Severity } from '../../parts/severity.tsx';
import type { RunDetails } from './run-details.ts';
import classes from './run.module.css';

type Finding = RunDetails['findings'][number];
type Which = 'left' | 'fixed';
const MOST_SHOWN = 200;

export function Findings({ runId, findings }: { readonly runId: string; readonly findings: readonly Finding[] }): ReactNode {
  const left = findings.filter(({ isFixed }) => !isFixed);
  const fixed = findings.filter(({ isFixed }) => isFixed);
  const [which, setWhich] = useState<Which>(left.length === 0 && fixed.length > 0 ? 'fixed' : 'left');
  const [open, setOpen] = useState<string | null>(null);
  const shown = which === 'left' ? left : fixed;
  if (findings.length === 0) return null;
  return (
    <Panel
      title="Findings"
      flush
      aside={
        <Choice
          label="Which findings"
          value={which}
          onChange={setWhich}
          options={[
            { value: 'left', label: 'Left', count: left.length },
            { value: 'fixed', label: 'Fixed', count: fixed.length },
          ]}
        />
      }
    >
      {shown.length === 0 ? <Empty title={which === 'left' ? 'Nothing is left.' : 'Nothing was fixed.'} /> : null}
      <ul className={classes.findings}>
        {shown.slice(0, MOST_SHOWN).map((finding) => (
          <li key={finding.id}>
            <button
              type="button"
              data-row
              className={classes.finding}
              aria-expanded={open === finding.id}
              onClick={() => setOpen(open === finding.id ? null : finding.id)}
            >
              <Severity of={finding.severity} />
              <span>{visible(finding.message)}</span>
              <span className="mono dim">{visible(finding.rule)}</span>
              <span className={classes.where}>
                {visible(finding.check)}
                {finding.path === null ? '' : ` · ${visible(finding.path)}${finding.line === null ? '' : `:${finding.line}`}`}
              </span>
            </button>
            {open === finding.id ? <Excerpt runId={runId} finding={finding} /> : null}
          </li>
        ))}
      </ul>
      {shown.length > MOST_SHOWN ? (
        <p className={classes.excerpt}>… and {plural(shown.length - MOST_SHOWN, 'more finding', 'more findings')}.</p>
      ) : null}
    </Panel>
  );
}

function Excerpt({ runId, finding }: { readonly runId: string; readonly finding: Finding }): ReactNode {
  const { path, line } = finding;
  const excerpt = useQuery(
    api.runs.excerpt.queryOptions(
      { id: runId, path: path ?? '', line: line ?? 1 },
      { enabled: path !== null, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  return (
    <div className={classes.excerpt}>
      {path === null ? (
        <span className="dim">It is about the whole repository.</span>
      ) : excerpt.isError ? (
        <Failed error={excerpt.error} retry={() => void excerpt.refetch()} />
      ) : excerpt.data === undefined ? (
        <Skeleton height={134} />
      ) : excerpt.data === null ? (
        <span className="dim">This place cannot be read any more: the commit or the file is gone.</span>
      ) : (
        <CodeView path={path} from={excerpt.data.from} lines={excerpt.data.lines} marked={line} />
      )}
    </div>
  );
}
