/** What a commit changed, file by file. Everything in it is text; names and lines come from a repository that nobody vouches for. */
import 'react-diff-view/style/index.css';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import {
  Diff,
  Hunk,
  markEdits,
  parseDiff,
  tokenize,
  type FileData,
  type HunkData,
  type HunkTokens,
  type RenderToken,
} from 'react-diff-view';
import { plural, visible } from '../format/text.ts';
import { Choice } from './choice.tsx';
import classes from './code.module.css';
import { highlightCode, type CodePiece, type Language } from './highlight.ts';
import { languageOf } from './language-of.ts';
import { Empty } from './states.tsx';

/** Files with more changed lines are shown without colours. */
const MOST_COLOURED_LINES = 2_000;

export type DiffWay = 'unified' | 'split';

interface DiffViewProps {
  /** As `git diff` prints it. */
  readonly diff: string;
  readonly way: DiffWay;
}

export function DiffView({ diff, way }: DiffViewProps): ReactNode {
  const files = useMemo(() => parsed(diff), [diff]);
  if (files === null || files.length === 0) return <Empty title="This diff cannot be shown." />;
  return files.map((file, index) => <FileDiff key={`${index} ${file.newPath}`} file={file} way={way} />);
}

export function DiffWayChoice({ way, onChange }: { readonly way: DiffWay; readonly onChange: (way: DiffWay) => void }): ReactNode {
  return (
    <Choice
      label="How the diff is shown"
      value={way}
      onChange={onChange}
      options={[
        { value: 'unified', label: 'Unified' },
        { value: 'split', label: 'Side by side' },
      ]}
    />
  );
}

function FileDiff({ file, way }: { readonly file: FileData; readonly way: DiffWay }): ReactNode {
  const path = file.newPath === '/dev/null' ? file.oldPath : file.newPath;
  const changes = file.hunks.flatMap((hunk) => hunk.changes);
  const added = changes.filter(({ type }) => type === 'insert').length;
  const removed = changes.filter(({ type }) => type === 'delete').length;
  const language = changes.length > MOST_COLOURED_LINES ? null : languageOf(path);
  const tokens = useQuery({
    queryKey: ['diff-colours', language, path, file.hunks],
    queryFn: () => tokensOf(file.hunks, language),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return (
    <section className={classes.diff} aria-label={visible(path)}>
      <div className={classes.file}>
        <b className="mono">{visible(file.type === 'rename' ? `${file.oldPath} → ${file.newPath}` : path)}</b>
        <span className="dim">
          {file.isBinary === true
            ? 'binary'
            : `${file.type === 'add' ? 'new, ' : file.type === 'delete' ? 'removed, ' : ''}${plural(added, 'line')} added, ${removed} removed`}
        </span>
      </div>
      <div tabIndex={0} role="region" aria-label={`Changes of ${visible(path)}`} style={{ overflowX: 'auto' }}>
        <Diff viewType={way} diffType={file.type} hunks={file.hunks} tokens={tokens.data ?? null} renderToken={renderToken}>
          {(hunks) => hunks.map((hunk) => <Hunk key={hunk.content} hunk={hunk} />)}
        </Diff>
      </div>
    </section>
  );
}

const renderToken: RenderToken = (token, renderDefault, index) => {
  if (token.type !== 'piece') return renderDefault(token, index);
  return (
    <span key={index} data-kind={(token['kind'] as string | null) ?? undefined}>
      {token.children?.map((child, at) => renderToken(child, renderDefault, at))}
    </span>
  );
};

async function tokensOf(hunks: HunkData[], language: Language | null): Promise<HunkTokens> {
  const enhancers = [markEdits(hunks, { type: 'block' })];
  if (language === null) return tokenize(hunks, { enhancers });
  // The library asks twice, for the old and the new side, and cannot wait: both are coloured before.
  const known = new Map<string, readonly (readonly CodePiece[])[]>();
  const wanted: string[] = [];
  tokenize(hunks, {
    highlight: true,
    language,
    refractor: { highlight: (code: string) => (wanted.push(code), [{ type: 'text', value: code }]) as never },
  });
  for (const code of wanted) known.set(code, await highlightCode(code, language));
  return tokenize(hunks, {
    highlight: true,
    language,
    enhancers,
    refractor: { highlight: (code: string) => nodesOf(known.get(code) ?? [[{ text: code, kind: null }]]) as never },
  });
}

function nodesOf(lines: readonly (readonly CodePiece[])[]): readonly object[] {
  return lines.flatMap((line, index) => [
    ...(index === 0 ? [] : [{ type: 'text', value: '\n' }]),
    ...line.map(({ text, kind }) => ({ type: 'piece', kind, children: [{ type: 'text', value: text }] })),
  ]);
}

function parsed(diff: string): FileData[] | null {
  try {
    return parseDiff(visibleLines(diff), { nearbySequences: 'zip' });
  } catch {
    return null;
  }
}

/** What hides in a line is shown, before the line is cut into tokens. */
function visibleLines(diff: string): string {
  return diff.split('\n').map(visible).join('\n');
}
