/** The charts of findings; recharts is loaded with them and with nothing else. */
import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { useReducedMotion } from '@mantine/hooks';
import type { inferRouterOutputs } from '@trpc/server';
import type { ReactNode } from 'react';
import type { AppRouter } from '../../../server/router.ts';
import { plural } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty } from '../../parts/states.tsx';
import { coverageByDay, findingsByDay } from './chart-data.ts';
import own from './findings.module.css';

export type FindingsSummary = inferRouterOutputs<AppRouter>['findings']['summary'];

const AGENT_COLOURS = ['var(--moving)', 'var(--good)', 'var(--held)', 'var(--waiting)', 'var(--mended)', 'var(--bad)'];

interface ChartsProps {
  readonly summary: FindingsSummary;
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
}

export function Charts({ summary, from, to }: ChartsProps): ReactNode {
  const isStill = useReducedMotion();
  const days = findingsByDay(summary.byDay, from, to);
  const coverage = coverageByDay(summary.coverage);
  const { errors, warnings, fixed } = summary.total;
  return (
    <div className={own.charts}>
      <Panel title="By day" aside={`now ${plural(errors, 'error')} and ${plural(warnings, 'warning')} left, ${fixed} fixed in these days`}>
        {summary.byDay.length === 0 ? (
          <Empty title="Nothing was found in this time." />
        ) : (
          <BarChart
            h={220}
            data={days}
            dataKey="day"
            withLegend
            barProps={{ isAnimationActive: !isStill }}
            series={[
              { name: 'errors left', color: 'var(--bar-bad)', stackId: 'left' },
              { name: 'warnings left', color: 'var(--bar-warn)', stackId: 'left' },
              { name: 'fixed', color: 'var(--bar-mended)', stackId: 'fixed' },
            ]}
          />
        )}
      </Panel>
      <Panel title="Coverage">
        {coverage.agents.length === 0 ? (
          <Empty title="No test run has measured coverage." />
        ) : (
          <LineChart
            h={220}
            data={[...coverage.days]}
            dataKey="day"
            curveType="monotone"
            withLegend
            unit=" %"
            yAxisProps={{ domain: [0, 100] }}
            lineProps={{ isAnimationActive: !isStill }}
            series={coverage.agents.map((name, index) => ({ name, color: AGENT_COLOURS[index % AGENT_COLOURS.length] ?? 'var(--moving)' }))}
          />
        )}
      </Panel>
    </div>
  );
}
