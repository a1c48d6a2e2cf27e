/** How the server is set up: small, safe, reachable by one private socket only. */
import { join } from 'node:path';
import type { Place } from './place.ts';

/** The superuser and the database of the embedded server. */
export const EMBEDDED_ROLE = 'upkeep';
export const EMBEDDED_DATABASE = 'upkeep';

/** For a machine that does other things; durability is never traded away. They are given anew at each start. */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '64MB',
  effective_cache_size: '256MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Nobody replicates from it, so the log holds only what a crash needs.
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  checkpoint_timeout: '15min',
  // A session of ours that is frozen in a transaction must not hold its locks for ever.
  idle_in_transaction_session_timeout: '60s',
  // Each helper process costs memory, and our statements are small.
  io_method: 'sync',
  max_worker_processes: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '15s',
  jit: 'off',
  random_page_cost: '1.1',
  // Containers give /dev/shm little room.
  dynamic_shared_memory_type: 'mmap',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'on',
  // One file a day of the week, so that a week is kept.
  log_filename: 'server-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  // Statements hold what people wrote.
  log_min_error_statement: 'panic',
  cluster_name: 'upkeep',
} as const;

const SINCE_18: ReadonlySet<string> = new Set(['io_method']);

/** Text of the server's configuration for a place; `more` overrides. */
export function serverConfiguration(place: Place, major: number, more: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    ...SETTINGS,
    data_directory: place.data,
    unix_socket_directories: place.socket,
    hba_file: join(place.base, 'pg_hba.conf'),
    ident_file: join(place.base, 'pg_ident.conf'),
    log_directory: place.log,
    ...more,
  };
  const known = Object.entries(all).filter(([name]) => major >= 18 || !SINCE_18.has(name));
  return ['# Written anew at each start.', ...known.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`), ''].join('\n');
}

/** Who may connect: by the socket only, and only the users whose names are listed, as the operating system tells them. */
export function accessFiles(clients: readonly string[]): Readonly<Record<string, string>> {
  const quoted = (name: string): string => `"${name.replaceAll('"', '')}"`;
  return {
    'pg_hba.conf': 'local all all peer map=upkeep\n',
    'pg_ident.conf': clients.map((client) => `upkeep ${quoted(client)} ${EMBEDDED_ROLE}\n`).join(''),
  };
}

/** Flags of initdb: a database in UTF-8 that sorts the same on each machine. */
export function initialiseFlags(data: string, major: number): readonly string[] {
  const provider = major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  return [
    '-D',
    data,
    '-U',
    EMBEDDED_ROLE,
    '--auth=peer',
    '--encoding=UTF8',
    '--locale=C',
    ...provider,
    '--wal-segsize=4',
    '--no-instructions',
  ];
}
