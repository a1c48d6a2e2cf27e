/** What agents find over time: trends, rules, the oldest and the most frequent, coverage, and where it gathers. */
import '../../all-styles.ts';
import { Skeleton, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Choice } from '../../parts/choice.tsx';
import { useOpenRun } from '../../parts/open-run.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Severity } from '../../parts/severity.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { Heat } from './heat.tsx';
import own from './findings.module.css';

const Charts = lazy(() => import('./charts.tsx').then(({ Charts }) => ({ default: Charts })));
const DAY = 86_400_000;

export function Findings(): ReactNode {
  const openRun = useOpenRun();
  const repository = useRepository();
  const { days = 30, which = 'newest' } = useSearch({ from: '/inside/findings' });
  const navigate = useNavigate({ from: '/findings' });
  const span = useMemo(() => {
    // Whole hours, so that the question stays the same while one looks.
    const to = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
    return { from: new Date(to - days * DAY).toISOString(), to: new Date(to).toISOString() };
  }, [days]);
  const base = repositoryInput(repository);
  const enabled = repository.isKnown;
  const summary = useQuery(api.findings.summary.queryOptions({ ...base, ...span }, { enabled }));
  const list = useQuery(api.findings.list.queryOptions({ ...base, which }, { enabled }));
  const heat = useQuery(api.findings.heat.queryOptions(base, { enabled }));
  return (
    <Page
      title="Findings"
      aside={
        <Choice
          label="How far back"
          value={String(days)}
          onChange={(value) =>
            void navigate({ search: (search) => ({ ...search, days: value === '30' ? undefined : Number(value) }), replace: true })
          }
          options={[
            { value: '7', label: '7 days' },
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
          ]}
        />
      }
    >
      {summary.isError && summary.data === undefined ? (
        <Failed error={summary.error} what="The findings" retry={() => void summary.refetch()} />
      ) : summary.data === undefined ? (
        <Skeleton height={300} />
      ) : (
        <Suspense fallback={<Skeleton height={300} />}>
          <Charts summary={summary.data} {...span} />
        </Suspense>
      )}
      <div className={own.columns}>
        <Panel title="Left now, by rule" flush>
          {summary.data?.byRule.length === 0 ? (
            <Empty title="Nothing is left." />
          ) : (
            <DataTable heads={['Rule', 'Check', 'Times', 'Errors']} keepsRows>
              {summary.data?.byRule.map(({ rule, check, count, errors }) => (
                <Table.Tr key={`${check} ${rule}`} data-row tabIndex={-1}>
                  <Table.Td className="mono">{visible(rule)}</Table.Td>
                  <Table.Td className="dim">{visible(check)}</Table.Td>
                  <Table.Td>{count.toLocaleString('en')}</Table.Td>
                  <Table.Td>{errors.toLocaleString('en')}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )}
        </Panel>
        <Panel title="Where it gathers">
          {heat.isError && heat.data === undefined ? (
            <Failed error={heat.error} retry={() => void heat.refetch()} />
          ) : heat.data === undefined ? (
            <Skeleton height={180} />
          ) : (
            <Heat folders={heat.data} />
          )}
        </Panel>
      </div>
      <Panel
        title="Single findings"
        flush
        aside={
          <Choice
            label="Which findings"
            value={which}
            onChange={(value) =>
              void navigate({ search: (search) => ({ ...search, which: value === 'newest' ? undefined : value }), replace: true })
            }
            options={[
              { value: 'newest', label: 'Newest' },
              { value: 'oldest', label: 'Oldest' },
              { value: 'frequent', label: 'Most frequent' },
            ]}
          />
        }
      >
        {list.isError && list.data === undefined ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <Skeleton height={200} />
        ) : list.data.length === 0 ? (
          <Empty title="Nothing is left." />
        ) : (
          <DataTable heads={['Severity', 'Message', 'Where', 'Agent', 'First seen', 'Last seen', 'Times']}>
            {list.data.map((finding) => (
              <Table.Tr key={`${finding.repository.id} ${finding.agent.id} ${finding.fingerprint}`} {...openRun(finding.runId)}>
                <Table.Td>
                  <Severity of={finding.severity} />
                </Table.Td>
                <Table.Td>
                  {visible(finding.message)} <span className="dim mono">{visible(finding.rule)}</span>
                </Table.Td>
                <Table.Td className="mono">
                  {finding.path === null ? '' : visible(`${finding.path}${finding.line === null ? '' : `:${finding.line}`}`)}
                </Table.Td>
                <Table.Td>
                  <Link to="/runs/$runId" params={{ runId: finding.runId }} search={(search) => ({ repository: search.repository })}>
                    {visible(finding.agent.name)}
                  </Link>
                </Table.Td>
                <Table.Td>
                  {finding.firstSeenAt === null ? <span className="dim">long ago</span> : <Ago at={finding.firstSeenAt} />}
                </Table.Td>
                <Table.Td>{finding.lastSeenAt === null ? '' : <Ago at={finding.lastSeenAt} />}</Table.Td>
                <Table.Td>{finding.times}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
      </Panel>
    </Page>
  );
}
