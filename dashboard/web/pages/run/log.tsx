/** The log of a check: as it is written, searched, followed, taken along. */
import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch } from '@tabler/icons-react';
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { plainText } from '../../format/ansi.ts';
import { bytes, plural, visible } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { Failed } from '../../parts/states.tsx';
import { linesWith, nextFound } from './log-search.ts';
import { LogView } from './log-view.tsx';
import classes from './log.module.css';
import { useLog } from './use-log.ts';

interface LogProps {
  readonly runId: string;
  readonly check: string;
  /** Whether more may come. */
  readonly isOpen: boolean;
}

export function Log({ runId, check, isOpen }: LogProps): ReactNode {
  const log = useLog(runId, check, isOpen);
  const [words, setWords] = useState('');
  const [current, setCurrent] = useState<number | null>(null);
  const [isFollowing, setFollowing] = useState(isOpen);
  const found = useMemo(() => (words === '' ? [] : linesWith(plainText(log.text).split('\n'), words)), [log.text, words]);
  const go = (step: 1 | -1): void => {
    setFollowing(false);
    setCurrent(nextFound(found, current ?? -1, step));
  };
  const byKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
  };
  const download = `/api/export/log?run=${encodeURIComponent(runId)}&check=${encodeURIComponent(check)}`;
  return (
    <Panel title={`Log of ${visible(check)}`} aside={log.size === null ? undefined : bytes(log.size)}>
      <div className={classes.log}>
        <div className={classes.tools}>
          <TextInput
            type="search"
            aria-label="Search in the log"
            placeholder="Search"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={words}
            onChange={({ currentTarget }) => {
              setWords(currentTarget.value);
              setCurrent(null);
            }}
            onKeyDown={byKey}
          />
          <ActionIcon onClick={() => go(-1)} disabled={found.length === 0} aria-label="Previous find">
            <IconChevronUp size={16} />
          </ActionIcon>
          <ActionIcon onClick={() => go(1)} disabled={found.length === 0} aria-label="Next find">
            <IconChevronDown size={16} />
          </ActionIcon>
          <span className="dim" role="status">
            {words === '' ? '' : current === null ? plural(found.length, 'line') : `${found.indexOf(current) + 1} of ${found.length}`}
          </span>
          <span className={classes.grow} />
          <Checkbox size="xs" label="Follow" checked={isFollowing} onChange={({ currentTarget }) => setFollowing(currentTarget.checked)} />
          <Button component="a" href={download} download leftSection={<IconDownload size={14} aria-hidden />}>
            Download
          </Button>
        </div>
        {log.error === null ? null : <Failed error={log.error} what="The log" retry={log.retry} />}
        {log.isCut ? <p className="dim">It is long: its beginning is left out here. The download has all of it.</p> : null}
        <LogView
          text={log.text}
          words={words}
          current={current}
          isFollowing={isFollowing}
          onFollow={setFollowing}
          label={`Lines of ${visible(check)}`}
        />
      </div>
    </Panel>
  );
}
