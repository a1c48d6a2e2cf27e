-- What agents find now stands in their newest run that looked at the code; most runs find that nothing has changed.
CREATE INDEX "run_looked" ON "run" ("agent_id", "id") WHERE state = 'settled' AND outcome IN ('passed', 'fixed', 'failed');
CREATE INDEX "run_repository_commit" ON "run" ("repository_id", "id") WHERE state = 'settled' AND commit IS NOT NULL;
