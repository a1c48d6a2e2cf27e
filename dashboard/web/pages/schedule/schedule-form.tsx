/** Changes when an agent runs, and shows while typing what that means. */
import { Button, Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { Priority } from '../../../../ledger/outcome.ts';
import { api } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { say } from '../../shell/toast.ts';
import { Refusal } from '../session/doorway.tsx';
import { useMay } from '../session/viewer.ts';
import { CronPreview } from './cron-preview.tsx';
import type { ScheduleRow } from './schedule-row.ts';

const TYPING_MS = 150;
const SHOWN = 10;

interface ScheduleFormProps {
  readonly row: ScheduleRow;
  readonly onDone: () => void;
}

export function ScheduleForm({ row, onDone }: ScheduleFormProps): ReactNode {
  const maySchedule = useMay('admin');
  const [cron, setCron] = useState(row.cron);
  const [timeZone, setTimeZone] = useState(row.timeZone);
  const [priority, setPriority] = useState<Priority>(row.priority);
  const [missed, setMissed] = useState(row.missed);
  const [overlap, setOverlap] = useState(row.overlap);
  const [jitterSeconds, setJitter] = useState(row.jitterSeconds);
  const [reason, setReason] = useState('');
  const [asked] = useDebouncedValue({ cron, timeZone }, TYPING_MS);
  const preview = useQuery(
    api.schedule.preview.queryOptions(
      { ...asked, n: SHOWN },
      { enabled: asked.cron.trim() !== '', placeholderData: (before) => before, staleTime: 30_000 },
    ),
  );
  const set = useMutation(
    api.schedule.set.mutationOptions({
      onSuccess: () => {
        say('good', `${row.agent} has its new schedule.`);
        onDone();
      },
    }),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    set.mutate({
      agentId: row.agentId,
      cron,
      timeZone,
      priority,
      missed,
      overlap,
      jitterSeconds,
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
  };
  const refusal = preview.data?.valid === false ? preview.data.message : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Group grow align="flex-start">
          <TextInput
            label="Cron"
            description="minute hour day month weekday"
            value={cron}
            onChange={({ currentTarget }) => setCron(currentTarget.value)}
            error={refusal}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            spellCheck={false}
            disabled={!maySchedule}
            data-autofocus
          />
          <TextInput
            label="Time zone"
            description="as Europe/Berlin"
            value={timeZone}
            onChange={({ currentTarget }) => setTimeZone(currentTarget.value)}
            list="time-zones"
            spellCheck={false}
            disabled={!maySchedule}
          />
        </Group>
        <datalist id="time-zones">
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <CronPreview preview={preview.data} error={preview.error} timeZone={asked.timeZone} />
        <Group grow>
          <NativeSelect
            label="Priority"
            value={priority}
            onChange={({ currentTarget }) => setPriority(currentTarget.value as Priority)}
            data={['CRITICAL', 'HIGH', 'NORMAL', 'LOW']}
            disabled={!maySchedule}
          />
          <NativeSelect
            label="Missed times"
            value={missed}
            onChange={({ currentTarget }) => setMissed(currentTarget.value as typeof missed)}
            data={[
              { value: 'latest', label: 'make up for the latest' },
              { value: 'skip', label: 'skip them' },
              { value: 'all', label: 'make up for all' },
            ]}
            disabled={!maySchedule}
          />
        </Group>
        <Group grow>
          <NativeSelect
            label="While the last run is not over"
            value={overlap}
            onChange={({ currentTarget }) => setOverlap(currentTarget.value as typeof overlap)}
            data={[
              { value: 'skip', label: 'skip the time' },
              { value: 'queue', label: 'wait behind it' },
              { value: 'cancel', label: 'cancel it' },
            ]}
            disabled={!maySchedule}
          />
          <NumberInput
            label="Jitter in seconds"
            value={jitterSeconds}
            onChange={(value) => setJitter(Number(value) || 0)}
            min={0}
            max={3600}
            disabled={!maySchedule}
          />
        </Group>
        <TextInput
          label="Reason"
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          maxLength={500}
          disabled={!maySchedule}
        />
        {set.isError ? <Refusal {...toPageError(set.error)} /> : null}
        <Group justify="flex-end">
          <Button onClick={onDone}>Leave it</Button>
          <Button type="submit" variant="filled" loading={set.isPending} disabled={!maySchedule || refusal !== null}>
            Set the schedule
          </Button>
        </Group>
        {maySchedule ? null : <p className="dim">Only an administrator may change it.</p>}
      </Stack>
    </form>
  );
}
