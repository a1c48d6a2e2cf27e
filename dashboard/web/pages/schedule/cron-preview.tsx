/** What a cron expression means: in words, and the times that it gives, across a change of the clocks too. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { toPageError } from '../../api/page-error.ts';
import { exact, relative } from '../../format/time.ts';
import classes from './cron-preview.module.css';
import type { Preview } from './schedule-row.ts';

interface CronPreviewProps {
  readonly preview: Preview | undefined;
  readonly error: unknown;
  readonly timeZone: string;
}

export function CronPreview({ preview, error, timeZone }: CronPreviewProps): ReactNode {
  return (
    <div className={classes.preview} aria-live="polite">
      {error !== null && preview === undefined ? (
        <p className={classes.bad}>{toPageError(error).message}</p>
      ) : preview === undefined ? null : !preview.valid ? (
        <p className={classes.bad}>
          <IconAlertTriangle size={15} aria-hidden /> {preview.message}
        </p>
      ) : (
        <>
          <p className={classes.words}>
            <IconCheck size={15} aria-hidden /> {preview.words}
          </p>
          {preview.notes.map((note) => (
            <p key={note} className={classes.note}>
              {note}
            </p>
          ))}
          <ol className={classes.times} aria-label="The next times">
            {preview.next.map((at) => (
              <li key={at}>
                <span>{inZone(Date.parse(at), timeZone)}</span>
                <span className="dim">{relative(Date.parse(at), Date.now())}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function inZone(at: number, timeZone: string): string {
  try {
    return exact(at, timeZone);
  } catch {
    return exact(at, 'UTC');
  }
}
