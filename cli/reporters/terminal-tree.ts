/** A live tree in a terminal, and the summary in its place at the end. */
import type { RunReport } from '../../agents/run-report.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Palette } from '../palette.ts';
import type { Reporter } from './reporter.ts';
import { applyToTree, renderTree, type TreeState } from './tree-state.ts';

const FRAME_MS = 80;

/** Where the tree is drawn. */
export interface TreeScreen {
  readonly stream: NodeJS.WriteStream;
  readonly palette: Palette;
  /** Prints what stays. */
  print(text: string): void;
  summary(report: RunReport): string;
}

/** Draws from the first agent that starts until it is finished or closed. */
export function openTerminalTree(screen: TreeScreen): Reporter {
  const tree: TreeState = { agents: new Map() };
  let drawing: Promise<() => void> | null = null;
  let isClosed = false;
  const close = async (): Promise<void> => {
    isClosed = true;
    const stop = await drawing;
    drawing = null;
    stop?.();
  };
  return {
    onEvent(event: UpkeepEvent) {
      applyToTree(tree, event);
      if (event.type === 'agent:started' && !isClosed) drawing ??= draw(tree, screen, () => isClosed);
    },
    async finish(report) {
      await close();
      screen.print(screen.summary(report));
    },
    close() {
      void close();
    },
  };
}

/** Starts to draw; what it returns takes the tree away again. */
async function draw(tree: TreeState, screen: TreeScreen, isClosed: () => boolean): Promise<() => void> {
  const { createLogUpdate } = await import('log-update');
  if (isClosed()) return () => undefined;
  const update = createLogUpdate(screen.stream);
  let frame = 0;
  const timer = setInterval(() => {
    update(renderTree(tree, { now: Date.now(), columns: screen.stream.columns || 80, frame: frame++, palette: screen.palette }));
  }, FRAME_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    update.clear();
    update.done();
  };
}
