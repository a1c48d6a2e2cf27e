-- Lists are in the order of ids, which is that of asking. A run enters these once, when it is settled; open runs are few.
CREATE INDEX "run_settled_agent" ON "run" ("agent_id", "id") WHERE state = 'settled';
CREATE INDEX "run_settled_repository" ON "run" ("repository_id", "id") WHERE state = 'settled';
CREATE INDEX "run_settled_trigger" ON "run" ("trigger", "id") WHERE state = 'settled';
CREATE INDEX "run_settled_outcome" ON "run" ("outcome", "id") WHERE state = 'settled';
CREATE INDEX "run_settled_duration" ON "run" ("duration_ms", "id") WHERE state = 'settled' AND duration_ms IS NOT NULL;
CREATE INDEX "run_settled_commit" ON "run" ("id") WHERE state = 'settled' AND commit IS NOT NULL;
