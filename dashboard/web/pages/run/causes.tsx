/** How the run came about and what came of it: from the trigger to the commit and the issue. */
import { IconBell, IconGitCommit, IconPlayerPlay, IconSend, IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { shortSha, visible } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import type { RunDetails } from './run-details.ts';
import classes from './run.module.css';

const ICONS = { trigger: IconBell, run: IconPlayerPlay, commit: IconGitCommit, delivery: IconSend, issue: IconAlertTriangle } as const;

/** Whether its words are not those of the outcome or of the commit beside them. */
function tellsMore({ text, outcome, sha }: RunDetails['correlation'][number]): boolean {
  return text !== outcome && (sha === null || !sha.startsWith(text));
}

interface CausesProps {
  readonly items: RunDetails['correlation'];
  readonly runId: string;
  readonly correlationId: string;
}

export function Causes({ items, runId, correlationId }: CausesProps): ReactNode {
  return (
    <Panel title="Causes and effects" aside={<span className="mono">{visible(correlationId.slice(0, 18))}</span>}>
      {items.length === 0 ? <p className="dim">Nothing else belongs to this run's trigger.</p> : null}
      <ol className={classes.causes}>
        {items.map((item, index) => {
          const Icon = ICONS[item.kind];
          return (
            <li key={index}>
              <Ago at={item.at} />
              <span className={classes.rail}>
                <Icon size={16} stroke={1.7} aria-hidden />
              </span>
              <div className={classes.step} data-here={item.runId === runId || undefined}>
                {item.agent === null ? null : (
                  <>
                    {item.runId === null || item.runId === runId ? (
                      visible(item.agent)
                    ) : (
                      <Link to="/runs/$runId" params={{ runId: item.runId }} search={(search) => ({ repository: search.repository })}>
                        {visible(item.agent)}
                      </Link>
                    )}{' '}
                  </>
                )}
                {item.outcome === null ? null : <Status of={item.outcome} />} {tellsMore(item) ? visible(item.text) : ''}{' '}
                {item.sha === null ? null : <span className="mono dim">{shortSha(item.sha)}</span>}{' '}
                {item.url === null ? null : (
                  <a href={item.url} target="_blank" rel="noreferrer">
                    open
                  </a>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
