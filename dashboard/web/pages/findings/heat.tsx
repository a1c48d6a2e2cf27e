/** Folders by how much is found in them, as a tree. */
import type { ReactNode } from 'react';
import { plural, visible } from '../../format/text.ts';
import { Empty } from '../../parts/states.tsx';
import own from './findings.module.css';
import { heatRows, type FolderHeat } from './heat-rows.ts';

export function Heat({ folders }: { readonly folders: readonly FolderHeat[] }): ReactNode {
  const rows = heatRows(folders);
  const most = Math.max(1, ...rows.map(({ errors, warnings }) => errors + warnings));
  if (rows.length === 0) return <Empty title="Nothing is left in any folder." />;
  return (
    <ul className={own.heat}>
      {rows.map(({ folder, name, depth, errors, warnings }) => (
        <li key={folder} title={`${visible(folder)}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`}>
          <span className="mono" style={{ paddingInlineStart: depth * 14 }}>
            {visible(name)}
          </span>
          <span className={own.track}>
            <span className={own.fill} style={{ width: `${((errors + warnings) / most) * 100}%` }}>
              <span style={{ flexGrow: errors }} />
              <span style={{ flexGrow: warnings }} />
            </span>
          </span>
          <span className={own.number}>{errors + warnings}</span>
        </li>
      ))}
    </ul>
  );
}
