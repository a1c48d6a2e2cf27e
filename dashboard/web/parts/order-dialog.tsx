/** Asks for the reason of an order and sends it. Loaded when the first order is given. */
import '../all-styles.ts';
import { Button, Checkbox, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type ReactNode, type SubmitEvent } from 'react';
import { api } from '../api/client.ts';
import { toPageError } from '../api/page-error.ts';
import { plural } from '../format/text.ts';
import { Refusal } from '../pages/session/doorway.tsx';
import { say } from '../shell/toast.ts';
import { currentOrder, giveOrder, onOrder, type Order, type OrderKind } from './order.ts';

const TITLES: Readonly<Record<OrderKind, string>> = { run: 'Run now', pause: 'Pause', resume: 'Resume', retry: 'Retry' };

export function OrderDialog(): ReactNode {
  const order = useSyncExternalStore(onOrder, currentOrder);
  return (
    <Modal
      opened={order !== null}
      onClose={() => giveOrder(null)}
      title={order === null ? '' : `${TITLES[order.kind]}: ${order.name}`}
      size="sm"
    >
      {order === null ? null : <OrderForm key={`${order.kind} ${order.name}`} order={order} />}
    </Modal>
  );
}

function OrderForm({ order }: { readonly order: Order }): ReactNode {
  const [reason, setReason] = useState('');
  const [isForced, setForced] = useState(false);
  const [hours, setHours] = useState('0');
  const [how, setHow] = useState<'now' | 'after-run' | 'cancel'>(order.isRunning ? 'after-run' : 'now');
  const done = (text: string): void => {
    say('good', text);
    giveOrder(null);
  };
  const run = useMutation(api.agents.run.mutationOptions({ onSuccess: ({ runs }) => done(`Asked for ${plural(runs.length, 'run')}.`) }));
  const pause = useMutation(
    api.agents.pause.mutationOptions({
      onSuccess: ({ agents }) => done(`Paused ${agents.length === 1 ? (agents[0] ?? '') : plural(agents.length, 'agent')}.`),
    }),
  );
  const resume = useMutation(
    api.agents.resume.mutationOptions({
      onSuccess: ({ agents }) => {
        const held = agents.find(({ pause: of }) => of !== null);
        done(held?.pause ? `Resumed, but ${held.name} stays paused with its ${held.pause.kind}.` : 'Resumed.');
      },
    }),
  );
  const retry = useMutation(
    api.agents.retry.mutationOptions({
      onSuccess: ({ agents }) => {
        const refused = agents.find(({ refusal }) => refusal !== null);
        if (refused?.refusal) say('bad', refused.refusal.message, refused.refusal.code);
        if (agents.some(({ refusal }) => refusal === null)) done('It is tried again at once.');
        else giveOrder(null);
      },
    }),
  );
  const sent = { run, pause, resume, retry }[order.kind];
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const why = reason.trim() === '' ? {} : { reason: reason.trim() };
    const { scope } = order;
    if (order.kind === 'run' && scope.kind === 'agent') run.mutate({ agentIds: [scope.id], force: isForced, ...why });
    if (order.kind === 'pause') {
      const until = hours === '0' ? null : new Date(Date.now() + Number(hours) * 3_600_000).toISOString();
      pause.mutate({ scope: scope, how, until, ...why });
    }
    if (order.kind === 'resume') resume.mutate({ scope: scope, ...why });
    if (order.kind === 'retry') retry.mutate({ scope: scope, ...why });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Reason"
          description="Stands in the audit and in the event."
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          maxLength={500}
          data-autofocus
        />
        {order.kind === 'run' ? (
          <Checkbox
            size="xs"
            label="Run whatever is remembered, also when nothing changed or the agent is paused"
            checked={isForced}
            onChange={({ currentTarget }) => setForced(currentTarget.checked)}
          />
        ) : null}
        {order.kind === 'pause' ? (
          <Group grow>
            <NativeSelect
              label="Until"
              value={hours}
              onChange={({ currentTarget }) => setHours(currentTarget.value)}
              data={[
                { value: '0', label: 'somebody resumes it' },
                { value: '1', label: 'in 1 hour' },
                { value: '8', label: 'in 8 hours' },
                { value: '24', label: 'in 1 day' },
                { value: '168', label: 'in 7 days' },
              ]}
            />
            <NativeSelect
              label="A run under way"
              value={how}
              onChange={({ currentTarget }) => setHow(currentTarget.value as typeof how)}
              data={[
                { value: 'now', label: 'must not be there' },
                { value: 'after-run', label: 'may end' },
                { value: 'cancel', label: 'is cancelled' },
              ]}
            />
          </Group>
        ) : null}
        {sent.isError ? <Refusal {...toPageError(sent.error)} /> : null}
        <Group justify="flex-end">
          <Button onClick={() => giveOrder(null)}>Leave it</Button>
          <Button type="submit" variant="filled" loading={sent.isPending}>
            {TITLES[order.kind]}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
