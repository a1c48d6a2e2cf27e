-- An agent has one run at most that is queued or under way, whatever services do at the same time.
CREATE UNIQUE INDEX "run_admitted" ON "run" ("agent_id") WHERE state IN ('queued', 'running');
CREATE INDEX "run_waiting" ON "run" ("agent_id", "rank") WHERE state = 'waiting';
CREATE INDEX "run_queued" ON "run" ("eligible_at") WHERE state = 'queued';
CREATE INDEX "run_running" ON "run" ("lease_until") WHERE state = 'running';
CREATE INDEX "run_settled" ON "run" ("agent_id", "settled_at" DESC) WHERE state = 'settled';
ALTER TABLE "run" ADD CONSTRAINT "run_state" CHECK (state IN ('waiting', 'queued', 'running', 'settled'));
ALTER TABLE "run" ADD CONSTRAINT "run_outcome" CHECK ((state = 'settled') = (outcome IS NOT NULL));
ALTER TABLE "run" SET (fillfactor = 80);

CREATE INDEX "schedule_due" ON "schedule" ("next_run_at") WHERE next_run_at IS NOT NULL;

-- One pause of everything, one of each repository, one of each agent.
CREATE UNIQUE INDEX "pause_of" ON "pause" (COALESCE("repository_id", '00000000-0000-0000-0000-000000000000'), COALESCE("agent_id", '00000000-0000-0000-0000-000000000000'));

CREATE INDEX "outbox_open" ON "outbox" ("next_try_at") WHERE done_at IS NULL;
