/** A socket to the service, not yet connected; the library is loaded with the first one. */
import type { Socket } from 'socket.io-client';
import type { PageToServer, ServerToPage } from '../../wire/live-schema.ts';

export async function openSocket(): Promise<Socket<ServerToPage, PageToServer>> {
  const { io } = await import('socket.io-client');
  return io({
    path: '/live',
    transports: ['websocket', 'polling'],
    autoConnect: false,
    // Each follows something of its own.
    forceNew: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
}
