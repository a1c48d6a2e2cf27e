-- Each run that settles went into seven indexes of the dashboard's lists. One of outcome and trigger together serves both filters, as there
-- are few of either; the runs of a repository are those of its agents; and ids are in the order of asking, which is that of settling
-- within an agent.
CREATE INDEX "run_settled_kind" ON "run" ("outcome", "trigger", "id") WHERE state = 'settled';
DROP INDEX "run_settled_outcome";
DROP INDEX "run_settled_trigger";
DROP INDEX "run_settled_repository";
DROP INDEX "run_settled";
