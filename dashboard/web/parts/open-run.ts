/** What a row of a table has that stands for a run: it opens by a click anywhere in it that is meant for nothing else, and by Enter. */
import { useNavigate } from '@tanstack/react-router';
import type { KeyboardEvent, MouseEvent } from 'react';

interface RowProps {
  readonly 'data-row': true;
  readonly 'data-opens': true | undefined;
  readonly tabIndex: -1;
  readonly onClick?: (event: MouseEvent<HTMLElement>) => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void;
}

/** What has a meaning of its own within a row. */
const OWN = 'a, button, input, select, textarea, label, summary';

/** Gives the properties of a row; null: there is no run behind it. */
export function useOpenRun(): (runId: string | null) => RowProps {
  const navigate = useNavigate();
  return (runId) => {
    const row = { 'data-row': true, tabIndex: -1 } as const;
    if (runId === null) return { ...row, 'data-opens': undefined };
    const open = (): void => void navigate({ to: '/runs/$runId', params: { runId }, search: ({ repository }) => ({ repository }) });
    return {
      ...row,
      'data-opens': true,
      onClick: ({ target, defaultPrevented, ctrlKey, metaKey, shiftKey }) => {
        const isMeant = !defaultPrevented && !ctrlKey && !metaKey && !shiftKey && (target as Element).closest(OWN) === null;
        // Whoever marks words in a row wants them, and not the run.
        if (isMeant && getSelection()?.isCollapsed !== false) open();
      },
      onKeyDown: ({ key, target, currentTarget }) => {
        if (key === 'Enter' && target === currentTarget) open();
      },
    };
  };
}
