-- Most runs of a trigger have no slot, and only those that have one are to be unique.
DROP INDEX "run_agent_id_slot_at_key";
CREATE UNIQUE INDEX "run_slot" ON "run" ("agent_id", "slot_at") WHERE slot_at IS NOT NULL;

-- Only a run that was tried before is queued for later than now.
DROP INDEX "run_queued";
CREATE INDEX "run_delayed" ON "run" ("eligible_at") WHERE state = 'queued' AND attempt > 0;

-- The partial index of what is not done serves the same questions.
DROP INDEX "outbox_next_try_at_idx";

-- Each run that settles changes its agent: with room on the page that touches no index.
ALTER TABLE "agent" SET (fillfactor = 70);
