/** Opens the command palette; says by which keys it opens, too. */
import { UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './palette-button.module.css';

export function PaletteButton({ onOpen }: { readonly onOpen: () => void }): ReactNode {
  return (
    <UnstyledButton className={classes.button} onClick={onOpen} aria-label="Find or do…, Ctrl K" aria-keyshortcuts="Control+K Meta+K">
      <IconSearch size={15} stroke={1.8} aria-hidden />
      <span className={classes.words}>Find or do…</span>
      <kbd className={classes.keys}>Ctrl K</kbd>
    </UnstyledButton>
  );
}
