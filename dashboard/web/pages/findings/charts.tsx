/** The charts of findings; recharts is loaded with them and with nothing else. */
import '@mantine/charts/styles.css';
import { AreaChart, LineChart } from '@mantine/charts';
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

export function Charts({ summary }: { readonly summary: FindingsSummary }): ReactNode {
  const isStill = useReducedMotion();
  const days = findingsByDay(summary.byDay);
  const coverage = coverageByDay(summary.coverage);
  const { errors, warnings, fixed } = summary.total;
  return (
    <div className={own.charts}>
      <Panel title="Found by day" aside={`${plural(errors, 'error')}, ${plural(warnings, 'warning')}, ${fixed} fixed`}>
        {days.length === 0 ? (
          <Empty title="Nothing was found in this time." />
        ) : (
          <AreaChart
            h={220}
            data={[...days]}
            dataKey="day"
            type="stacked"
            curveType="monotone"
            withLegend
            strokeWidth={1.5}
            areaProps={{ isAnimationActive: !isStill }}
            series={[
              { name: 'errors', color: 'var(--bar-bad)' },
              { name: 'warnings', color: 'var(--held)' },
              { name: 'fixed', color: 'var(--bar-mended)' },
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
