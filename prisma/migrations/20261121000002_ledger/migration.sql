-- AlterTable
ALTER TABLE "repository" ADD COLUMN     "ledger_tip" TEXT;

-- What a ledger can hold is in here once, whoever brings it: the run that told it, or the ledger that it is read from.
CREATE UNIQUE INDEX "event_milestone" ON "event" ("id") WHERE type NOT IN ('agent:queued', 'agent:started', 'agent:skipped');
CREATE INDEX "outbox_unsent" ON "outbox" ("repository_id", "created_at", "id") WHERE done_at IS NULL;
