/** An outcome or a state: always a sign, a word and a colour together. */
import {
  IconAlertTriangle,
  IconBan,
  IconBolt,
  IconCheck,
  IconCircleFilled,
  IconClock,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconTool,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { statusLook, type Sign } from '../format/status.ts';
import classes from './status.module.css';

const SIGNS: Readonly<Record<Sign, typeof IconCheck>> = {
  check: IconCheck,
  wrench: IconTool,
  cross: IconX,
  alert: IconAlertTriangle,
  skip: IconPlayerSkipForward,
  ban: IconBan,
  play: IconPlayerPlay,
  clock: IconClock,
  pause: IconPlayerPause,
  bolt: IconBolt,
  dot: IconCircleFilled,
};

interface StatusProps {
  readonly of: string;
  /** Said after the word, such as the reason. */
  readonly note?: string | null;
  /** With a tinted ground, for what heads a card or a page. */
  readonly filled?: boolean;
}

export function Status({ of, note, filled = false }: StatusProps): ReactNode {
  const { word, tone, sign, meaning } = statusLook(of);
  const Icon = SIGNS[sign];
  return (
    <span className={filled ? classes.filled : classes.status} style={{ '--tone': `var(--${tone})` }} title={meaning}>
      <Icon className={classes.icon} size={sign === 'dot' ? 9 : 14} stroke={2.2} aria-hidden data-sign={sign} />
      <span>{word}</span>
      {note === null || note === undefined || note === '' ? null : <span className={classes.note}>{note}</span>}
    </span>
  );
}
