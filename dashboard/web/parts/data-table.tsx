/** A table that scrolls within its panel: its heads, and rows by whoever has them. */
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './table.module.css';

interface DataTableProps {
  readonly heads: readonly string[];
  /** Whether the last column holds orders: its head is for who cannot see that. */
  readonly hasOrders?: boolean;
  readonly label?: string;
  /** Rows. */
  readonly children: ReactNode;
}

export function DataTable({ heads, hasOrders = false, label, children }: DataTableProps): ReactNode {
  return (
    <div className={classes.scroll}>
      <Table className={classes.table} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
            {hasOrders ? (
              <Table.Th>
                <span className={classes.hidden}>Orders</span>
              </Table.Th>
            ) : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
