-- AlterTable
ALTER TABLE "check_result" ADD COLUMN     "started_at" TIMESTAMPTZ(3);

-- CreateTable
-- Unlogged: what tools printed need not outlive a crash, is in no backup, and costs the runs no time.
CREATE UNLOGGED TABLE "check_log" (
    "run_id" UUID NOT NULL,
    "check" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "check_log_pkey" PRIMARY KEY ("run_id","check","place")
);

-- AddForeignKey
ALTER TABLE "check_log" ADD CONSTRAINT "check_log_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
