/** The keyboard: Ctrl-K opens the palette, `g` and a letter goes to a page, `j` and `k` walk through rows. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { keyMeaning, type KeyState } from './key-meaning.ts';
import { PAGES } from './pages.ts';

export function useShortcuts(openPalette: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let state: KeyState = { goSince: null };
    const hear = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping = target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]') !== null && target !== null;
      const { meaning, next } = keyMeaning(event, { ...state, isTyping, now: event.timeStamp });
      state = next;
      if (meaning === null) return;
      event.preventDefault();
      if (meaning.kind === 'palette') openPalette();
      else if (meaning.kind === 'row') walkRows(meaning.step);
      else {
        const page = PAGES.find(({ letter }) => letter === meaning.letter);
        if (page !== undefined) void navigate({ to: page.to });
      }
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, [navigate, openPalette]);
}

/** Rows are what carries `data-row`; the one with the focus gives it to its neighbour. */
function walkRows(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('#content [data-row]')];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const next = current === -1 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, current + step));
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: 'nearest' });
}
