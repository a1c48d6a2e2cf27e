/** Changes when an agent runs, and shows while typing what that means. */
import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { Priority } from '../../../../ledger/outcome.ts';
import { api } from '../../api/client.ts';
import { toPageError } from '../../api/page-error.ts';
import { visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { say } from '../../shell/toast.ts';
import { Refusal } from '../session/doorway.tsx';
import { useMay } from '../session/viewer.ts';
import classes from './cron-preview.module.css';
import { CronPreview } from './cron-preview.tsx';
import { triggersInWords } from './triggers-in-words.ts';
import type { ScheduleRow } from './schedule-row.ts';

const TYPING_MS = 150;
const SHOWN = 10;
const MISSED: Readonly<Record<string, string>> = { latest: 'the latest is made up for', skip: 'are skipped', all: 'are all made up for' };
const OVERLAP: Readonly<Record<string, string>> = {
  skip: 'the time is skipped',
  queue: 'it waits behind it',
  cancel: 'the last run is cancelled',
};

interface ScheduleFormProps {
  readonly row: ScheduleRow;
  readonly onDone: () => void;
}

export function ScheduleForm({ row, onDone }: ScheduleFormProps): ReactNode {
  const maySchedule = useMay('admin');
  const [cron, setCron] = useState(row.cron);
  const [timeZone, setTimeZone] = useState(row.timeZone);
  const [priority, setPriority] = useState<Priority>(row.priority);
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
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    set.mutate({
      agentId: row.agentId,
      cron,
      timeZone,
      priority,
      ...why,
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
        <NativeSelect
          label="Priority"
          value={priority}
          onChange={({ currentTarget }) => setPriority(currentTarget.value as Priority)}
          data={['CRITICAL', 'HIGH', 'NORMAL', 'LOW']}
          disabled={!maySchedule}
        />
        <dl className={classes.rules}>
          <dt>Missed times</dt>
          <dd>{MISSED[row.missed] ?? row.missed}</dd>
          <dt>While the last run is not over</dt>
          <dd>{OVERLAP[row.overlap] ?? row.overlap}</dd>
          <dt>Jitter</dt>
          <dd>{row.jitterSeconds === 0 ? 'none' : duration(row.jitterSeconds * 1000)}</dd>
          <dt>Triggers</dt>
          <dd>{row.triggers === null ? 'this service has no clone to read them from' : triggersInWords(row.triggers)}</dd>
          <dt>Labels</dt>
          <dd>{row.labels.length === 0 ? 'none' : row.labels.map(visible).join(', ')}</dd>
        </dl>
        <p className="dim">These come from the configuration of the repository.</p>
        <TextInput
          label="Reason"
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          maxLength={500}
          disabled={!maySchedule}
        />
        {set.isError ? <Refusal {...toPageError(set.error)} /> : null}
        <Group justify="flex-end">
          {row.source === 'person' && maySchedule ? (
            <Button onClick={() => set.mutate({ agentId: row.agentId, isDefault: true, ...why })} loading={set.isPending}>
              Back to the configuration
            </Button>
          ) : null}
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
