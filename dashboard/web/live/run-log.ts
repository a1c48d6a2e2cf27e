/** The sign that the log of a check has grown: by a socket of its own, for what a socket follows is one thing. */
import type { LiveLog } from '../../wire/live-schema.ts';
import { openSocket } from './open-socket.ts';

/** Calls `listener` each time; what has come is read from the server by whoever listens. Returns how to stop. */
export function onLog(runId: string, check: string, listener: () => void): () => void {
  const opening = openSocket().then((socket) => {
    socket.on('connect', () => socket.emit('follow', { after: null, run: runId }));
    socket.on('log', (piece: LiveLog) => {
      if (piece.runId === runId && piece.check === check) listener();
    });
    socket.connect();
    return socket;
  });
  return () => void opening.then((socket) => socket.disconnect());
}
