/** Error or warning: a sign, a word and a colour. */
import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './status.module.css';

export function Severity({ of }: { readonly of: string }): ReactNode {
  const isError = of === 'error';
  const Icon = isError ? IconAlertCircle : IconAlertTriangle;
  return (
    <span className={classes.status} style={{ '--tone': `var(--${isError ? 'bad' : 'held'})` }}>
      <Icon className={classes.icon} size={14} stroke={2} aria-hidden />
      {of}
    </span>
  );
}
