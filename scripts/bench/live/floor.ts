/** Plain socket.io: events go to the rooms as they are made, and nothing else happens. Started by live.ts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { eventOf, now, paced, serveBenchmark, tell } from './load.ts';

const http = createServer();
const io = new Server(http, { path: '/live', serveClient: false });
io.on('connection', (socket) => {
  socket.on('follow', ({ repository }: { readonly repository?: string }, answer: (followed: object) => void) => {
    void socket.join(repository ?? 'everything');
    answer({ ok: true });
  });
});
serveBenchmark((begin) =>
  paced(begin, (number) => {
    const event = eventOf(number);
    const at = now();
    io.to(['everything', event.repositoryId]).emit('events', [event]);
    return Promise.resolve(at);
  }),
);
http.listen(0, '127.0.0.1', () => tell({ kind: 'ready', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, token: '' }));
