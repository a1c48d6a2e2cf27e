/** Something that is shown once and never again, with a way to take it along. */
import { Button, CopyButton, Group, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

export function Once({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  return (
    <Group align="flex-end" mt="md">
      <TextInput
        label={label}
        value={value}
        readOnly
        flex={1}
        onFocus={({ currentTarget }) => currentTarget.select()}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <CopyButton value={value}>{({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
    </Group>
  );
}
