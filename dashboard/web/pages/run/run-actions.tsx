/** What can be done with a run: ask for it again, or end it. */
import { Button } from '@mantine/core';
import { IconBan, IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, queries } from '../../api/client.ts';
import { useMay } from '../session/viewer.ts';
import { tellFailure } from '../../shell/tell-failure.ts';
import { say } from '../../shell/toast.ts';
import type { RunDetails } from './run-details.ts';

export function RunActions({ run }: { readonly run: RunDetails['run'] }): ReactNode {
  const mayOperate = useMay('operator');
  const navigate = useNavigate();
  const rerun = useMutation(
    api.runs.rerun.mutationOptions({
      onError: tellFailure,
      onSuccess: async ({ runId }) => {
        say('good', 'Asked for it again.');
        await navigate({ to: '/runs/$runId', params: { runId }, search: (search) => ({ repository: search.repository }) });
      },
    }),
  );
  const cancel = useMutation(
    api.runs.cancel.mutationOptions({
      onError: tellFailure,
      onSuccess: async () => {
        say('good', 'Told it to end.');
        await queries.invalidateQueries({ queryKey: api.runs.get.queryKey({ id: run.id }) });
      },
    }),
  );
  if (!mayOperate) return null;
  return run.state === 'settled' ? (
    <Button leftSection={<IconRefresh size={15} aria-hidden />} loading={rerun.isPending} onClick={() => rerun.mutate({ id: run.id })}>
      Run again
    </Button>
  ) : (
    <Button
      color="red"
      leftSection={<IconBan size={15} aria-hidden />}
      loading={cancel.isPending}
      onClick={() => cancel.mutate({ id: run.id })}
    >
      Cancel
    </Button>
  );
}
