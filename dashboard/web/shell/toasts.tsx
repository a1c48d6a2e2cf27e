/** The corner in which the page says what was done. */
import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useSyncExternalStore, type ReactNode } from 'react';
import { allToasts, closeToast, onToasts } from './toast.ts';
import classes from './toasts.module.css';

export function Toasts(): ReactNode {
  const toasts = useSyncExternalStore(onToasts, allToasts);
  return (
    <div className={classes.corner} role="status" aria-live="polite">
      {toasts.map(({ id, tone, text, detail }) => (
        <div key={id} className={classes.toast} data-tone={tone}>
          {tone === 'good' ? <IconCheck size={17} aria-hidden /> : <IconAlertTriangle size={17} aria-hidden />}
          <div>
            {text}
            {detail === null ? null : <div className={classes.detail}>{detail}</div>}
          </div>
          <CloseButton size="sm" aria-label="Close" onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>
  );
}
