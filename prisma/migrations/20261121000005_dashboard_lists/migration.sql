-- CreateIndex
CREATE INDEX "event_agent_id_transaction_sequence_idx" ON "event"("agent_id", "transaction", "sequence");

-- CreateIndex
CREATE INDEX "event_type_transaction_sequence_idx" ON "event"("type", "transaction", "sequence");

-- CreateIndex
CREATE INDEX "run_requested_at_id_idx" ON "run"("requested_at", "id");

-- CreateIndex
CREATE INDEX "run_agent_id_requested_at_id_idx" ON "run"("agent_id", "requested_at", "id");

-- CreateIndex
CREATE INDEX "run_repository_id_requested_at_id_idx" ON "run"("repository_id", "requested_at", "id");

-- CreateIndex
CREATE INDEX "run_trigger_requested_at_id_idx" ON "run"("trigger", "requested_at", "id");

CREATE INDEX "run_by_outcome" ON "run" ("outcome", "requested_at", "id") WHERE state = 'settled';
CREATE INDEX "run_by_duration" ON "run" ("duration_ms", "id") WHERE duration_ms IS NOT NULL;
CREATE INDEX "run_by_commit" ON "run" ("settled_at") WHERE commit IS NOT NULL;
