/** What was true only of the database that a backup was read from. */

/** Run in the schema of the restored tables, after its migrations. */
export const AFTER_RESTORE: readonly string[] = [
  // Jobs are not in a backup, and whoever held a run holds it no more: the runs wait to be admitted anew.
  `update run set state = 'waiting', job_id = null, service_id = null, lease_until = null, started_at = null, pid = null,
     process_started_at = null where state in ('queued', 'running')`,
  // Numbers of transactions of another server could lie ahead of this one's: then events would not count as committed yet.
  'update event set transaction = 0',
  // Whoever signed out since then, or used a link, has done so.
  'delete from session',
  'delete from claim_link',
  'update service set ended_at = now() where ended_at is null',
];
