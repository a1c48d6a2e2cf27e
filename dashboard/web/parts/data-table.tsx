/** A table that scrolls within its panel, on a phone a block for each row: its heads, and rows by whoever has them. */
import { Table } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import classes from './table.module.css';

interface DataTableProps {
  readonly heads: readonly string[];
  /** Whether the last column holds orders: its head is for who cannot see that. */
  readonly hasOrders?: boolean;
  readonly label?: string;
  /** Whether rows stay rows on a phone: few and short columns. */
  readonly keepsRows?: boolean;
  /** Rows. */
  readonly children: ReactNode;
}

export function DataTable({ heads, hasOrders = false, keepsRows = false, label, children }: DataTableProps): ReactNode {
  return (
    <div className={classes.scroll}>
      <Table
        className={`${classes.table ?? ''} ${keepsRows ? '' : (classes.blocks ?? '')}`}
        aria-label={label}
        style={headsForStyle(heads)}
      >
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

/** `--head-2: "State"`, from which the style sheet takes what stands before a cell on a phone; the first cell is a heading. */
function headsForStyle(heads: readonly string[]): CSSProperties {
  return Object.fromEntries(heads.slice(1).map((head, index) => [`--head-${index + 2}`, JSON.stringify(head)]));
}
